import CCurl

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IP address. One of version 4 is the same as its IPv4-mapped form, `::ffff:10.0.0.1`.
package struct IPAddress: Sendable, Hashable {
    /// The upper 64 bits of the address as one of version 6.
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An address of version 4, its first byte on top.
    init(v4 bits: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(bits))
    }

    /// Reads the usual form alone: four decimal numbers, or what RFC 4291, section 2.2, allows, without a zone.
    package init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(v6)
        } else {
            return nil
        }
    }

    /// The address that a socket is to be connected to, or `nil` if it is of another family.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            self = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                IPAddress(v4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            self = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { IPAddress($0.pointee.sin6_addr) }
        default:
            return nil
        }
    }

    private init(_ address: in6_addr) {
        self = withUnsafeBytes(of: address) { bytes in
            IPAddress(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The address of version 4 to which a translator or a tunnel hands on what is sent to this one of version 6:
    /// NAT64 (RFC 6052), 6to4 (RFC 3056), and the abandoned IPv4-compatible form.
    var embeddedV4: IPAddress? {
        switch (high, low >> 32) {
        case (0x0064_FF9B_0000_0000, 0):
            IPAddress(v4: UInt32(truncatingIfNeeded: low))
        case (0, 0) where low > 1:
            // Not `::` and `::1`.
            IPAddress(v4: UInt32(truncatingIfNeeded: low))
        case (0x2002_0000_0000_0000..<0x2003_0000_0000_0000, _):
            IPAddress(v4: UInt32(truncatingIfNeeded: high >> 16))
        default:
            nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        var bits = (high.bigEndian, low.bigEndian)
        if isV4 {
            _ = withUnsafeBytes(of: &bits) {
                inet_ntop(AF_INET, $0.baseAddress.map { $0 + 12 }, &text, socklen_t(text.count))
            }
        } else {
            inet_ntop(AF_INET6, &bits, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
