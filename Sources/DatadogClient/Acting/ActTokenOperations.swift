/// The operations on act tokens.
///
/// Source: Keyway; Datadog has no such tokens.
public struct ActTokenOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "actions", "act_tokens"]

    /// Creates a token. It is never wider than the credential that asks for it, and gone with it.
    ///
    /// - Parameter token: The connections, the lifetime and the limits of the token.
    /// - Returns: The token: the only response that holds the token itself.
    /// - Throws: ``DatadogError``: `invalid` and those of any operation.
    public func create(_ token: NewActToken) async throws -> ActToken {
        let body = JSONValue.document(ActToken.type, secrets: .revealed) {
            $0.add("name", token.name)
            $0.add("connections", token.connections)
            $0.add("lifetime", Int(token.lifetime.components.seconds))
            $0.add("methods", token.methods)
            $0.add("paths", token.paths)
            $0.add("acts", token.acts)
        }
        return try await requester.data(Operation("POST", Self.path, body: PlainBody(json: body)))
    }

    /// Gets a token that has not expired.
    ///
    /// - Parameter id: The token's id, not the token itself.
    /// - Returns: The token, without the token itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: ActToken.ID) async throws -> ActToken {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Revokes a token. Acts under way go on.
    ///
    /// - Parameter id: The token's id, not the token itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func revoke(_ id: ActToken.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists tokens, oldest first.
    ///
    /// - Parameter page: Which part of the list.
    /// - Returns: The page, without the tokens themselves.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(page: Page = Page()) async throws -> ListPage<ActToken> {
        try await requester.page(Operation("GET", Self.path, query: page.query))
    }

    /// All tokens, fetched page by page.
    ///
    /// - Parameter pageSize: How many to fetch at once, at most 100.
    /// - Returns: The tokens, without the tokens themselves.
    public func all(pageSize: Int = 100) -> Elements<ActToken> {
        Elements(pageSize: pageSize) { try await list(page: $0) }
    }
}
