/// The operations on connections. All need a registered application key, see ``AppKeyRegistrationOperations``.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct ConnectionOperations: Sendable {
    let requester: Requester

    static let path = ["v2", "actions", "connections"]

    /// Creates a connection.
    ///
    /// - Parameter connection: The connection, with all its secrets.
    /// - Returns: The connection with its id, and without its secrets.
    /// - Throws: ``DatadogError``: `invalid` with all errors, `forbidden`, `rateLimited` and those of any operation.
    public func create(_ connection: NewConnection) async throws -> Connection {
        try await requester.data(Operation("POST", Self.path, body: connection))
    }

    /// Gets a connection.
    ///
    /// - Parameter id: Its id.
    /// - Returns: The connection, without its secrets.
    /// - Throws: ``DatadogError``: `notFound`, `invalid` if the id is no UUID, and those of any operation.
    public func get(_ id: Connection.ID) async throws -> Connection {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Changes a connection; what is not sent stays as it is.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - changes: The changes.
    /// - Returns: The connection as it is now, without its secrets.
    /// - Throws: ``DatadogError``: `notFound`, `invalid` with all errors, and those of any operation.
    public func update(_ id: Connection.ID, with changes: ConnectionUpdate) async throws -> Connection {
        try await requester.data(Operation("PATCH", Self.path + [id], body: changes))
    }

    /// Deletes a connection and its secrets.
    ///
    /// - Parameter id: Its id.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: Connection.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists connections, ordered by name. Keyway has this operation, Datadog's sites have not.
    ///
    /// - Parameters:
    ///   - integration: Only those of this integration, by its wire name such as `OpenAI`.
    ///   - query: Only those whose name contains this, whatever the case.
    ///   - page: Which part of the list.
    /// - Returns: The page, and how many connections there are.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(
        integration: String? = nil,
        query: String? = nil,
        page: Page = Page()
    ) async throws -> ListPage<Connection> {
        var parameters: [(name: String, value: String)] = []
        if let integration { parameters.append(("filter[integration]", integration)) }
        if let query { parameters.append(("filter[query]", query)) }
        return try await requester.page(Operation("GET", Self.path, query: parameters + page.query))
    }

    /// All connections, ordered by name, fetched page by page. Keyway has this operation, Datadog's sites have not.
    ///
    /// - Parameters:
    ///   - integration: Only those of this integration, by its wire name such as `OpenAI`.
    ///   - query: Only those whose name contains this, whatever the case.
    ///   - pageSize: How many to fetch at once, at most 100.
    /// - Returns: The connections.
    public func all(integration: String? = nil, query: String? = nil, pageSize: Int = 100) -> Elements<Connection> {
        Elements(pageSize: pageSize) { try await list(integration: integration, query: query, page: $0) }
    }
}
