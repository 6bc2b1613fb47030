public import Foundation

/// Acting through a connection: Keyway authenticates the request, and the secret stays there. Keyway has these
/// operations, Datadog's sites have not.
extension ConnectionOperations {
    /// Sends a request through a connection, and returns the third party's response, whatever its status.
    ///
    /// It is sent once: nobody knows whether one without a response was carried out. The ``RetryPolicy`` counts where
    /// nothing reached the third party for sure: where there was no connection to Keyway, and where too many acts go
    /// on.
    ///
    /// - Parameters:
    ///   - id: The connection's id.
    ///   - request: The request. Its path and query go out byte for byte.
    /// - Returns: The response, all of it.
    /// - Throws: ``DatadogError`` if the response is not the third party's; its ``DatadogError/actError`` says why.
    public func act(through id: Connection.ID, _ request: ActRequest) async throws -> ActAnswer<Data> {
        let response = try await requester.act(Self.operation(id, "proxy", request.method), request)
        return ActAnswer(response, body: response.body)
    }

    /// Sends a request through a connection, and returns as soon as the third party has begun to respond.
    ///
    /// As ``act(through:_:)``. The body is read when it is asked for, where the client's ``Transport`` is a
    /// ``StreamingTransport``, as those of the library are.
    ///
    /// - Parameters:
    ///   - id: The connection's id.
    ///   - request: The request. Its path and query go out byte for byte.
    /// - Returns: The response. Its body throws ``DatadogError`` if it breaks off.
    /// - Throws: ``DatadogError`` if the response is not the third party's; its ``DatadogError/actError`` says why.
    public func streamAct(through id: Connection.ID, _ request: ActRequest) async throws -> ActAnswer<BodyPieces> {
        let response = try await requester.streamAct(Self.operation(id, "proxy", request.method), request)
        return ActAnswer(response.head, body: response.body)
    }

    /// Tells what an act would send. Nothing is sent, and no secret is opened.
    ///
    /// - Parameters:
    ///   - id: The connection's id.
    ///   - request: The request.
    /// - Returns: The whole request, its secrets masked.
    /// - Throws: ``DatadogError``, as the act would.
    public func plan(through id: Connection.ID, _ request: ActRequest) async throws -> ActPlan {
        try await requester.plan(Self.operation(id, "proxy", request.method), request)
    }

    /// Tells whether a connection's credentials work, by a request that changes nothing.
    ///
    /// - Parameter id: The connection's id.
    /// - Returns: What the third party made of them.
    /// - Throws: ``DatadogError``: `conflict` if the connection lacks what a test needs, `notFound`, and those of any
    ///   operation.
    public func test(_ id: Connection.ID) async throws -> ConnectionTest {
        try await requester.data(Self.operation(id, "test", "POST"))
    }

    /// Gets a connection's settings.
    ///
    /// - Parameter id: The connection's id.
    /// - Returns: The settings, those that were never sent among them.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func settings(of id: Connection.ID) async throws -> ConnectionSettings {
        try await requester.data(Self.operation(id, "settings", "GET"))
    }

    /// Replaces a connection's settings. What is not there is as it is without settings.
    ///
    /// - Parameters:
    ///   - settings: The settings, all of them.
    ///   - id: The connection's id.
    /// - Returns: The settings as they are now.
    /// - Throws: ``DatadogError``: `invalid` with all errors, `forbidden` if they send stored secrets elsewhere and the
    ///   keys may not do that, `notFound`, and those of any operation.
    @discardableResult
    public func putSettings(_ settings: ConnectionSettings, of id: Connection.ID) async throws -> ConnectionSettings {
        try await requester.data(Self.operation(id, "settings", "PUT", settings))
    }

    private static func operation(
        _ id: Connection.ID,
        _ resource: String,
        _ method: String,
        _ body: ConnectionSettings? = nil
    ) -> Operation {
        Operation(method, path + [id, resource], body: body)
    }
}
