/// The operations on the access tokens of one group: personal ones, or those of a service account.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct AccessTokenOperations: Sendable {
    let requester: Requester
    let path: [String]
    /// The wire type of the group's tokens.
    let type: String

    /// Creates a token.
    ///
    /// - Parameter token: The token's name, scopes and expiry.
    /// - Returns: The token: the only response that holds the token itself.
    /// - Throws: ``DatadogError``: `invalid` and those of any operation.
    public func create(_ token: NewAccessToken) async throws -> AccessToken {
        let body = JSONValue.document(type, secrets: .revealed) {
            $0.add("name", token.name)
            $0.add("scopes", token.scopes)
            $0.add("expires_at", token.expiresAt)
        }
        return try await requester.data(Operation("POST", path, body: PlainBody(json: body)))
    }

    /// Gets a token.
    ///
    /// - Parameter id: The token's id, not the token itself.
    /// - Returns: The token, without the token itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: AccessToken.ID) async throws -> AccessToken {
        try await requester.data(Operation("GET", path + [id]))
    }

    /// Changes the name or the scopes of a token.
    ///
    /// - Parameters:
    ///   - id: The token's id, not the token itself.
    ///   - changes: The changes.
    /// - Returns: The token as it is now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    public func update(_ id: AccessToken.ID, with changes: AccessTokenUpdate) async throws -> AccessToken {
        let body = JSONValue.document(type, id: id, secrets: .revealed) {
            $0.add("name", changes.name)
            $0.add("scopes", changes.scopes)
        }
        return try await requester.data(Operation("PATCH", path + [id], body: PlainBody(json: body)))
    }

    /// Revokes a token: it opens nothing from then on.
    ///
    /// - Parameter id: The token's id, not the token itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func revoke(_ id: AccessToken.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", path + [id]))
    }

    /// Lists tokens.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - sort: The attribute to sort by, such as `name`; with `-` before it from the greatest on.
    ///   - page: Which part of the list.
    /// - Returns: The page, without the tokens themselves.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(
        filter: String? = nil,
        sort: String? = nil,
        page: Page = Page()
    ) async throws -> ListPage<AccessToken> {
        try await requester.page(Operation("GET", path, query: .list(filter: filter, sort: sort, page: page)))
    }

    /// All tokens, fetched page by page.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - pageSize: How many to fetch at once, at most 100.
    /// - Returns: The tokens, without the tokens themselves.
    public func all(filter: String? = nil, pageSize: Int = 100) -> Elements<AccessToken> {
        Elements(pageSize: pageSize) { try await list(filter: filter, page: $0) }
    }
}
