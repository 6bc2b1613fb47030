/// When a connection was last acted through. Keyway's own.
public struct ConnectionUse: APIValue, Identifiable {
    /// The connection's id.
    public let id: Connection.ID
    /// The day, in UTC, such as `2026-11-30`; `nil` if it never was.
    public let lastUsedOn: String?

    static let type = "connection_uses"

    /// Reads a use from its `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            lastUsedOn = try attributes.optionalText("last_used_on")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) { $0.add("last_used_on", lastUsedOn) }
    }
}

extension ConnectionOperations {
    /// Gets when a connection was last acted through. Keyway's own.
    ///
    /// - Parameter id: The connection's id.
    /// - Returns: The use.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func use(of id: Connection.ID) async throws -> ConnectionUse {
        try await requester.data(Operation("GET", ["v2", "actions", "connections", id, "use"]))
    }

    /// When each connection was last acted through, in the order of their names, fetched page by page. Keyway's own.
    ///
    /// - Parameter pageSize: How many to fetch at once, at most 100.
    /// - Returns: The uses.
    public func uses(pageSize: Int = 100) -> Elements<ConnectionUse> {
        Elements(pageSize: pageSize) { page in
            try await requester.page(Operation("GET", ["v2", "actions", "connection_uses"], query: page.query))
        }
    }
}
