/// The operations on sessions of a Keyway server's forward proxy.
///
/// Source: Keyway; Datadog has no such sessions.
public struct ProxySessionOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "actions", "proxy_sessions"]

    /// Opens a session.
    ///
    /// - Parameter session: The connections and the lifetime.
    /// - Returns: The session.
    /// - Throws: ``DatadogError``: `conflict` if the server has no forward proxy, `invalid`, and those of any operation.
    public func create(_ session: NewProxySession) async throws -> ProxySession {
        let body = JSONValue.document(ProxySession.type, secrets: .revealed) {
            $0.add("connections", session.connections)
            $0.add("lifetime", Int(session.lifetime.components.seconds))
            $0.add("add_credentials", session.addsCredentials)
        }
        return try await requester.data(Operation("POST", Self.path, body: PlainBody(json: body)))
    }

    /// Gets a session that has not ended.
    ///
    /// - Parameter id: The session's id.
    /// - Returns: The session, with what has come through it.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: ProxySession.ID) async throws -> ProxySession {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Ends a session.
    ///
    /// - Parameter id: The session's id.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func end(_ id: ProxySession.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }
}
