/// The operations on all application keys of the organisation, and the way to those of one owner.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct ApplicationKeyOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "application_keys"]

    /// Those of the user whom the configured application key belongs to.
    public var ofCurrentUser: OwnedApplicationKeyOperations {
        OwnedApplicationKeyOperations(requester: requester, path: ["v2", "current_user", "application_keys"])
    }

    /// Those of a service account.
    ///
    /// - Parameter id: The id of the service account.
    /// - Returns: The operations on its keys.
    public func ofServiceAccount(_ id: User.ID) -> OwnedApplicationKeyOperations {
        OwnedApplicationKeyOperations(requester: requester, path: ["v2", "service_accounts", id, "application_keys"])
    }

    /// Gets an application key.
    ///
    /// - Parameter id: The key's id, not the key itself.
    /// - Returns: The key, without the key itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: ApplicationKey.ID) async throws -> ApplicationKey {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Changes an application key.
    ///
    /// - Parameters:
    ///   - id: The key's id, not the key itself.
    ///   - changes: The changes.
    /// - Returns: The key as it is now, without the key itself.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    public func update(_ id: ApplicationKey.ID, with changes: ApplicationKeyUpdate) async throws -> ApplicationKey {
        try await requester.data(Operation("PATCH", Self.path + [id], body: Identified(id: id, body: changes)))
    }

    /// Deletes an application key and its registration; it ends to be valid at once.
    ///
    /// - Parameter id: The key's id, not the key itself.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: ApplicationKey.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists application keys.
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
        try await requester.page(Operation("GET", Self.path, query: .list(filter: filter, sort: sort, page: page)))
    }

    /// All application keys, fetched page by page.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - pageSize: How many to fetch at once, at most 100.
    /// - Returns: The keys, without the keys themselves.
    public func all(filter: String? = nil, pageSize: Int = 100) -> Elements<ApplicationKey> {
        Elements(pageSize: pageSize) { try await list(filter: filter, page: $0) }
    }
}
