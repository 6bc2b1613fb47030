package import NetworkTypes

/// The IP addresses with a common beginning, such as `10.0.0.0/8`.
package struct IPNetwork: Sendable, Equatable {
    /// The first address, in which all bits after the prefix are 0.
    private let base: IPAddress
    /// The length of the prefix in the 128 bits of an address of version 6.
    private let prefix: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or a single address. An address with bits after the prefix is no network:
    /// `10.1.2.3/8` is more likely a mistake than a way to say `10.0.0.0/8`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        let digits = parts[1]
        guard
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), digits.utf8.count <= 3,
            let length = Int(digits)
        else { return nil }
        let isDotted = !parts[0].utf8.contains(UInt8(ascii: ":"))
        guard length <= (isDotted ? 32 : 128) else { return nil }
        self.init(base: address, prefix: isDotted ? length + 96 : length)
        guard address == first(of: address) else { return nil }
    }

    /// The network of one address alone.
    package init(_ address: IPAddress) {
        self.init(base: address, prefix: 128)
    }

    private init(base: IPAddress, prefix: Int) {
        self.base = base
        self.prefix = prefix
    }

    /// Whether the address lies in the network. One of version 4 lies in no network of version 6, not even in `::/0`.
    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == isIPv4 && first(of: address) == base
    }

    private var isIPv4: Bool { base.isIPv4 && prefix >= 96 }

    /// The address with all bits after the prefix set to 0.
    private func first(of address: IPAddress) -> IPAddress {
        // A shift by 64 gives 0.
        prefix <= 64
            ? IPAddress(high: address.high & ~(UInt64.max >> UInt64(prefix)), low: 0)
            : IPAddress(high: address.high, low: address.low & ~(UInt64.max >> UInt64(prefix - 64)))
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(base)/\(isIPv4 ? prefix - 96 : prefix)" }
}
