import NetworkTypes

extension IPAddress {
    /// The IPv4 address to which a translator or a tunnel passes on what is sent to this IPv6 address:
    /// NAT64 (RFC 6052), 6to4 (RFC 3056), and the abandoned IPv4-compatible form.
    var embeddedV4: IPAddress? {
        switch (high, low >> 32) {
        case (0x0064_FF9B_0000_0000, 0):
            IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
        case (0, 0) where low > 1:
            // Not `::` and `::1`.
            IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
        case (0x2002_0000_0000_0000..<0x2003_0000_0000_0000, _):
            IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 16))
        default:
            nil
        }
    }
}
