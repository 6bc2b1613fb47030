import NetworkTypes

/// The addresses that are not a host of the public Internet, so that a name given by a stranger must not lead there.
///
/// From IANA's registries of special-purpose addresses, of multicast addresses and of the IPv6 address space, as of
/// October 2025. What they call globally reachable but no ordinary host has (relays, AS112) is listed too.
enum SpecialNetworks {
    /// The addresses at which clouds hand out credentials to anyone on a machine.
    static let metadataServices: Set<IPAddress> = Set(
        [
            "169.254.169.254",  // AWS, Azure, Google, Oracle, DigitalOcean and others
            "169.254.170.2", "169.254.170.23",  // AWS: containers, pods
            "fd00:ec2::254", "fd00:ec2::23",  // AWS over IPv6
            "fd20:ce::254",  // Google over IPv6
            "100.100.100.200",  // Alibaba
            "168.63.129.16",  // Azure's agent
            "192.0.0.192",  // Oracle, formerly
        ].compactMap { IPAddress($0) }
    )

    /// The purpose of a special address, or `nil` if it is an ordinary one.
    static func purpose(of address: IPAddress) -> String? {
        if address.isIPv4 { return v4.first { $0.network.contains(address) }?.purpose }
        // Only 2000::/3 is in use for hosts.
        return v6.first { $0.network.contains(address) }?.purpose
            ?? (address.high >> 61 == 1 ? nil : "a reserved address")
    }

    private static let v4 = networks([
        ("0.0.0.0/8", "an address of this host"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address behind a carrier's NAT"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address for protocols"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.31.196.0/24", "an address of AS112"),
        ("192.52.193.0/24", "a multicast relay"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("192.175.48.0/24", "an address of AS112"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("255.255.255.255/32", "the broadcast address"),
        ("240.0.0.0/4", "a reserved address"),
    ])

    private static let v6 = networks([
        ("::/128", "the unspecified address"),
        ("::1/128", "a loopback address"),
        ("::/96", "an IPv4-compatible address"),
        ("64:ff9b::/96", "a NAT64 address"),
        ("64:ff9b:1::/48", "a NAT64 address"),
        ("100::/64", "an address that discards"),
        ("2001::/32", "a Teredo address"),
        ("2001::/23", "an address for protocols"),
        ("2001:db8::/32", "an address for documentation"),
        ("2002::/16", "a 6to4 address"),
        ("2620:4f:8000::/48", "an address of AS112"),
        ("3fff::/20", "an address for documentation"),
        ("5f00::/16", "a segment routing address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    ])

    private static func networks(_ table: [(String, String)]) -> [(network: IPNetwork, purpose: String)] {
        table.map { text, purpose in
            guard let network = IPNetwork(text) else { preconditionFailure("\(text) is a network") }
            return (network, purpose)
        }
    }
}
