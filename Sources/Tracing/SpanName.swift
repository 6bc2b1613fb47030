/// The name of a span: a route, or one of Keyway's own steps.
package struct SpanName: Sendable, Equatable {
    let text: String

    private init(_ text: String) {
        self.text = text
    }

    /// A request to an endpoint, by the template of its path.
    package static func request(_ method: String, _ template: String) -> SpanName {
        SpanName("\(known(method: method)) \(template)")
    }

    /// A request to a third party.
    package static func upstream(_ method: String) -> SpanName { SpanName(known(method: method)) }

    /// An act, from its admission to its outcome.
    package static let act = SpanName("act")
    /// A test of a connection.
    package static let test = SpanName("test")
    /// The token that an act needs is found, or asked for.
    package static let token = SpanName("token")
    package static let storeRead = SpanName("store.read")
    /// A change is committed: from the question to the moment it is durable.
    package static let storeCommit = SpanName("store.commit")
    package static let vaultOpen = SpanName("vault.open")
    package static let vaultSeal = SpanName("vault.seal")

    static func known(method: String) -> String { methods.contains(method) ? method : "_OTHER" }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
}
