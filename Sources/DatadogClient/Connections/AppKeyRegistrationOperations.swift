/// The operations on registrations of application keys.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AppKeyRegistrationOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "actions", "app_key_registrations"]

    /// Registers an application key, so that it may be used on connections. Registering it twice does no harm.
    ///
    /// - Parameter id: The id of the application key, not the key itself.
    /// - Returns: The registration.
    /// - Throws: ``DatadogError``: `invalid` if there is no such key, `forbidden` if it is someone else's, and those of
    ///   any operation.
    @discardableResult
    public func register(_ id: ApplicationKey.ID) async throws -> AppKeyRegistration {
        try await requester.data(Operation("PUT", Self.path + [id]))
    }

    /// Gets a registration.
    ///
    /// - Parameter id: The id of the application key.
    /// - Returns: The registration.
    /// - Throws: ``DatadogError``: `notFound` if the key is not registered, and those of any operation.
    public func get(_ id: ApplicationKey.ID) async throws -> AppKeyRegistration {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Ends a registration.
    ///
    /// - Parameter id: The id of the application key.
    /// - Throws: ``DatadogError``: `notFound` if the key is not registered, and those of any operation.
    public func unregister(_ id: ApplicationKey.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists registrations.
    ///
    /// - Parameter page: Which part of the list.
    /// - Returns: The page, and how many registrations there are.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(page: Page = Page()) async throws -> ListPage<AppKeyRegistration> {
        try await requester.page(Operation("GET", Self.path, query: page.query))
    }

    /// All registrations, fetched page by page.
    ///
    /// - Parameter pageSize: How many to fetch at once, at most 100.
    /// - Returns: The registrations.
    public func all(pageSize: Int = 100) -> Elements<AppKeyRegistration> {
        Elements(pageSize: pageSize) { try await list(page: $0) }
    }
}
