import NetworkTypes

/// Decides which addresses may be connected to.
///
/// Names are not looked at: only the address that a socket is about to be connected to, or is connected to, counts.
struct AddressGuard: Sendable {
    private let allowedNetworks: [IPNetwork]

    /// - Parameter allowedNetworks: Special addresses that may be connected to nevertheless. A metadata service may
    ///   only if its very address is among them: an operator who allows `169.254.0.0/16` has not thought of it.
    init(allowing allowedNetworks: [IPNetwork]) {
        self.allowedNetworks = allowedNetworks
    }

    /// Why the address may not be connected to, as a noun phrase, or `nil` if it may.
    func refusal(of address: IPAddress) -> String? {
        if SpecialNetworks.metadataServices.contains(address) {
            return allowedNetworks.contains(IPNetwork(address)) ? nil : "a metadata service"
        }
        guard let purpose = SpecialNetworks.purpose(of: address) else { return nil }
        guard allowedNetworks.contains(where: { $0.contains(address) }) else { return purpose }
        // A translator that is allowed must not be the way to an address that is not.
        return address.embeddedV4.flatMap(refusal)
    }
}
