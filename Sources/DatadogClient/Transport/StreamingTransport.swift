/// A transport that can hand a response on as it comes, instead of as a whole.
///
/// Both of the library's own can.
public protocol StreamingTransport: Transport {
    /// Sends a request, and returns as soon as the response has begun.
    ///
    /// All that is said of ``Transport/send(_:)`` holds here too.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response's status and headers, and its body, which is read when it is asked for.
    /// - Throws: ``TransportError`` if there is no response; `CancellationError` if the task was cancelled.
    func stream(_ request: TransportRequest) async throws -> StreamedResponse
}

/// A response whose body is still to come.
public struct StreamedResponse: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The headers.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: BodyPieces

    /// Puts a response together.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - headers: The headers.
    ///   - body: The body.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: BodyPieces) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The response without its body.
    var head: TransportResponse { TransportResponse(status: status, headers: headers) }
}
