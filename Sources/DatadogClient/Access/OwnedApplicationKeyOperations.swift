/// The operations on the application keys of one owner: the current user or a service account.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/, and the Service Accounts API,
/// https://docs.datadoghq.com/api/latest/service-accounts/
public struct OwnedApplicationKeyOperations: Sendable {
    let requester: Requester
    let path: [String]

    /// Creates an application key.
    ///
    /// - Parameter key: The key's name and scopes.
    /// - Returns: The key: the only response that is sure to hold the key itself.
    /// - Throws: ``DatadogError``: `invalid` and those of any operation.
    public func create(_ key: NewApplicationKey) async throws -> ApplicationKey {
        try await requester.data(Operation("POST", path, body: key))
    }

    /// Gets an application key.
    ///
    /// - Parameter id: The key's id, not the key itself.
    /// - Returns: The key.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: ApplicationKey.ID) async throws -> ApplicationKey {
        try await requester.data(Operation("GET", path + [id]))
    }

    /// Changes an application key.
    ///
    /// - Parameters:
    ///   - id: The key's id, not the key itself.
    ///   - changes: The changes.
    /// - Returns: The key as it is now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    public func update(_ id: ApplicationKey.ID, with changes: ApplicationKeyUpdate) async throws -> ApplicationKey {
        try await requester.data(Operation("PATCH", path + [id], body: Identified(id: id, body: changes)))
    }

    /// Deletes an application key and its registration; it ends to be valid at once.
    ///
    /// - Parameter id: The key's id, not the key itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: ApplicationKey.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", path + [id]))
    }

    /// Lists the owner's application keys.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - sort: The attribute to sort by, such as `name`; with `-` before it from the greatest on.
    ///   - page: Which part of the list.
    /// - Returns: The page, without the keys themselves.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(
        filter: String? = nil,
        sort: String? = nil,
        page: Page = Page()
    ) async throws -> ListPage<ApplicationKey> {
        try await requester.page(Operation("GET", path, query: .list(filter: filter, sort: sort, page: page)))
    }

    /// All application keys of the owner, fetched page by page.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - pageSize: How many to fetch at once, at most 100.
    /// - Returns: The keys, without the keys themselves.
    public func all(filter: String? = nil, pageSize: Int = 100) -> Elements<ApplicationKey> {
        Elements(pageSize: pageSize) { try await list(filter: filter, page: $0) }
    }
}
