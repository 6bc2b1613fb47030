package import Platform

/// An IP address. An IPv4 address is the same as its form mapped into IPv6, `::ffff:10.0.0.1`.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The upper 64 bits of the IPv6 address, or of the IPv4 address mapped.
    package let high: UInt64
    /// The lower 64 bits.
    package let low: UInt64

    private static let mappedPrefix: UInt64 = 0x0000_ffff_0000_0000

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address `::`, in the place of one that is not known.
    package static let unspecified = IPAddress(high: 0, low: 0)
    package static let loopback = IPAddress(ipv4: 0x7F00_0001)

    /// An IPv4 address, its first byte on top.
    package init(ipv4 bits: UInt32) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(bits))
    }

    private init(ipv4 address: in_addr) {
        self.init(ipv4: UInt32(bigEndian: address.s_addr))
    }

    private init(ipv6 address: in6_addr) {
        let (high, low) = withUnsafeBytes(of: address) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    /// Parses an IPv4 or IPv6 literal: four decimal numbers, or a form of RFC 4291, section 2.2, without a zone.
    package init?(_ text: String) {
        var ipv4 = in_addr()
        var ipv6 = in6_addr()
        if inet_pton(AF_INET, text, &ipv4) == 1 {
            self.init(ipv4: ipv4)
        } else if inet_pton(AF_INET6, text, &ipv6) == 1 {
            self.init(ipv6: ipv6)
        } else {
            return nil
        }
    }

    /// The address of a socket, or `nil` if it is of another family.
    package init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET: self.init(ipv4: raw.loadUnaligned(as: sockaddr_in.self).sin_addr)
        case AF_INET6: self.init(ipv6: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr)
        default: return nil
        }
    }

    package var isIPv4: Bool { high == 0 && low & 0xffff_ffff_0000_0000 == Self.mappedPrefix }

    /// Whether it is this machine's own: 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        isIPv4 ? (low >> 24) & 0xff == 127 : high == 0 && low == 1
    }

    /// The network that is taken for one client: the address in IPv4, the /64 network in IPv6.
    package var network: IPAddress {
        isIPv4 ? self : IPAddress(high: high, low: 0)
    }

    /// Dotted or colon notation.
    package var description: String {
        if isIPv4 {
            return "\(low >> 24 & 0xff).\(low >> 16 & 0xff).\(low >> 8 & 0xff).\(low & 0xff)"
        }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) {
            $0.storeBytes(of: high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = text.baseAddress, inet_ntop(AF_INET6, &address, start, socklen_t(text.count)) != nil
            else { return "unknown" }
            return String(cString: start)
        }
    }
}
