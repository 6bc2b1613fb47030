/// The operations on the organisation's API keys.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct APIKeyOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "api_keys"]

    /// Creates an API key.
    ///
    /// - Parameter key: The key's name and use.
    /// - Returns: The key: the only response that is sure to hold the key itself.
    /// - Throws: ``DatadogError``: `invalid` and those of any operation.
    public func create(_ key: NewAPIKey) async throws -> APIKey {
        try await requester.data(Operation("POST", Self.path, body: key))
    }

    /// Gets an API key.
    ///
    /// - Parameter id: The key's id, not the key itself.
    /// - Returns: The key.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: APIKey.ID) async throws -> APIKey {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Changes an API key.
    ///
    /// - Parameters:
    ///   - id: The key's id, not the key itself.
    ///   - changes: The changes.
    /// - Returns: The key as it is now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    public func update(_ id: APIKey.ID, with changes: APIKeyUpdate) async throws -> APIKey {
        try await requester.data(Operation("PATCH", Self.path + [id], body: Identified(id: id, body: changes)))
    }

    /// Deletes an API key, which ends to be valid at once.
    ///
    /// - Parameter id: The key's id, not the key itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: APIKey.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists API keys.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - sort: The attribute to sort by, such as `name`; with `-` before it from the greatest on.
    ///   - page: Which part of the list.
    /// - Returns: The page, without the keys themselves.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(filter: String? = nil, sort: String? = nil, page: Page = Page()) async throws -> ListPage<APIKey> {
        try await requester.page(Operation("GET", Self.path, query: .list(filter: filter, sort: sort, page: page)))
    }

    /// All API keys, fetched page by page.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - pageSize: How many to fetch at once, at most 100.
    /// - Returns: The keys, without the keys themselves.
    public func all(filter: String? = nil, pageSize: Int = 100) -> Elements<APIKey> {
        Elements(pageSize: pageSize) { try await list(filter: filter, page: $0) }
    }
}
