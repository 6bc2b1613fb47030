import Foundation

/// A transport for plain HTTP over the system's sockets: for servers on this machine, several times as fast as
/// Foundation on Linux.
///
/// It keeps connections open, follows no redirect, and heeds no proxy. ``Client`` takes it for `http` URLs of this
/// machine; for others, on a network that you trust, give it to the client yourself. It does not speak TLS.
public final class SocketTransport: StreamingTransport {
    private let idle = IdleConnections()
    private let threads = BlockingThreads()

    /// Prepares a transport; connections are made when they are needed.
    public init() {}

    /// Whether the URL is one of plain HTTP, and of this machine.
    static func isFit(for url: URL) -> Bool {
        guard url.scheme?.lowercased() == "http", let host = url.host?.lowercased() else { return false }
        return ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host)
    }

    /// Sends a request.
    ///
    /// - Parameter request: The request, of an `http` URL.
    /// - Returns: The response, whatever its status.
    /// - Throws: ``TransportError`` if there is none; `CancellationError` if the task was cancelled.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try await exchange(request) { reader, connection, exchange, idle throws(TransportError) in
            let response = try reader.response()
            // First of all: from here on the connection may be another exchange's.
            exchange.end()
            if reader.isReusable, !exchange.isCancelled { idle.put(connection) }
            return response
        }
    }

    /// Sends a request, and returns once the response has begun. Its body is read from the connection no faster than
    /// it is asked for.
    ///
    /// - Parameter request: The request, of an `http` URL.
    /// - Returns: The response's status and headers, and its body.
    /// - Throws: ``TransportError`` if there is none; `CancellationError` if the task was cancelled.
    public func stream(_ request: TransportRequest) async throws -> StreamedResponse {
        let threads = threads
        return try await exchange(request) { reader, connection, _, idle throws(TransportError) in
            let head = try reader.head()
            let body = SocketBody(reader, of: connection, idle: idle, threads: threads)
            return StreamedResponse(
                status: head.status,
                headers: head.headers,
                body: BodyPieces { try await body.next() }
            )
        }
    }

    private typealias Reading<Answer> =
        @Sendable (inout HTTPResponseReader, SocketConnection, SocketExchange, IdleConnections) throws(TransportError)
        -> Answer

    /// Sends a request, and has its response read on a thread that may wait.
    private func exchange<Answer: Sendable>(
        _ request: TransportRequest,
        reading: @escaping Reading<Answer>
    ) async throws -> Answer {
        try Task.checkCancellation()
        let address = try HTTPAddress(request.url)
        let message = try HTTPMessage(request, to: address)
        let exchange = SocketExchange()
        return try await threads.value(cancelledBy: exchange) { [idle] in
            try Self.perform(message, address, exchange, idle, reading)
        }
    }

    /// Sends on a kept connection, or on a new one where there is none or it turns out to be closed.
    private static func perform<Answer>(
        _ message: HTTPMessage,
        _ address: HTTPAddress,
        _ exchange: SocketExchange,
        _ idle: IdleConnections,
        _ reading: Reading<Answer>
    ) throws(TransportError) -> Answer {
        while let connection = idle.take(address) {
            do {
                return try perform(message, on: connection, exchange, idle, reading)
            } catch {
                // The server closed it while it was idle. What is not repeatable it may have seen.
                guard error.reason == .lost, !connection.hasAnswered, message.isRepeatable, !exchange.isCancelled else {
                    throw error
                }
            }
        }
        let connection = try SocketConnection(to: address, timeout: message.timeout)
        return try perform(message, on: connection, exchange, idle, reading)
    }

    private static func perform<Answer>(
        _ message: HTTPMessage,
        on connection: SocketConnection,
        _ exchange: SocketExchange,
        _ idle: IdleConnections,
        _ reading: Reading<Answer>
    ) throws(TransportError) -> Answer {
        guard exchange.begin(connection) else { throw TransportError(.lost, "the request was cancelled") }
        defer { exchange.end() }
        try connection.setTimeout(message.timeout)
        try connection.send(message.bytes)
        var reader = HTTPResponseReader(connection, method: message.method)
        return try reading(&reader, connection, exchange, idle)
    }
}
