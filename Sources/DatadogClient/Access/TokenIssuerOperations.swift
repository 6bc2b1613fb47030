/// The operations on issuers whose tokens stand for service accounts. Keyway's own.
public struct TokenIssuerOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "actions", "token_issuers"]

    /// Names an issuer.
    ///
    /// - Parameter issuer: The issuer.
    /// - Returns: The issuer, with an id.
    /// - Throws: ``DatadogError``: `invalid`, `conflict` where the organisation has it already, `forbidden` if a service
    ///   account may do more than the caller, and those of any operation.
    public func create(_ issuer: NewTokenIssuer) async throws -> TokenIssuer {
        try await requester.data(Operation("POST", Self.path, body: issuer))
    }

    /// Gets an issuer.
    ///
    /// - Parameter id: The issuer's id.
    /// - Returns: The issuer.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: TokenIssuer.ID) async throws -> TokenIssuer {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Changes an issuer. Tokens that were given for it live on for their minutes.
    ///
    /// - Parameters:
    ///   - id: The issuer's id.
    ///   - changes: The changes.
    /// - Returns: The issuer as it is now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, `conflict` where the organisation has the URL already,
    ///   `forbidden` if a service account may do more than the caller, and those of any operation.
    public func update(_ id: TokenIssuer.ID, with changes: TokenIssuerUpdate) async throws -> TokenIssuer {
        try await requester.data(Operation("PATCH", Self.path + [id], body: changes))
    }

    /// Deletes an issuer, whose tokens are exchanged no longer.
    ///
    /// - Parameter id: The issuer's id.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: TokenIssuer.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists issuers, ordered by URL.
    ///
    /// - Parameter page: Which part of the list.
    /// - Returns: The page, and how many issuers there are.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(page: Page = Page()) async throws -> ListPage<TokenIssuer> {
        try await requester.page(Operation("GET", Self.path, query: page.query))
    }

    /// All issuers, fetched page by page.
    ///
    /// - Parameter pageSize: How many to fetch at once, at most 100.
    /// - Returns: The issuers.
    public func all(pageSize: Int = 100) -> Elements<TokenIssuer> {
        Elements(pageSize: pageSize) { try await list(page: $0) }
    }
}
