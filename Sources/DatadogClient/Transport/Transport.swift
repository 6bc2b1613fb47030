/// Carries a request to a server and its response back: one attempt, without retries.
///
/// The library's own is ``URLSessionTransport``. Give ``Client`` another to test without a network, or to look on.
public protocol Transport: Sendable {
    /// Sends a request.
    ///
    /// It must follow no redirect: the request carries keys. When the task is cancelled it should return soon.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response, whatever its status.
    /// - Throws: ``TransportError`` if there is none; `CancellationError` if the task was cancelled.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}
