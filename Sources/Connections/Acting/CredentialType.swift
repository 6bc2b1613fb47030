package import Documents

/// One way to authenticate at a third party: what a connection stores for it, and how requests are made with it.
package struct CredentialType: Sendable {
    /// The `credentials` object.
    package let shape: Variant
    package let authentication: Authentication
    /// The request that tells whether the credentials work.
    package let probe: Probe

    /// A credential type by its wire name, such as `ClickupAPIKey`, with the members that `credentials` has beside it.
    package init(
        _ type: String,
        help: String,
        _ fields: [Field],
        authentication: Authentication,
        probe: Probe
    ) {
        self.shape = Variant(type: type, help: help, fields)
        self.authentication = authentication
        self.probe = probe
    }
}
