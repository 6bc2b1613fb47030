import Foundation

/// A transport for plain HTTP over the system's sockets: for servers on this machine, several times as fast as Foundation
/// on Linux.
///
/// It keeps connections open, follows no redirect, and heeds no proxy. ``Client`` takes it for `http` URLs of this
/// machine; for others, on a network that you trust, give it to the client yourself. It does not speak TLS.
public final class SocketTransport: Transport {
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
    /// - Returns: The answer, whatever its status.
    /// - Throws: ``TransportError`` if there is none; `CancellationError` if the task was cancelled.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        let address = try HTTPAddress(request.url)
        let message = try HTTPMessage(request, to: address)
        let exchange = SocketExchange()
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    threads.run { [idle] in
                        continuation.resume(with: Result { try Self.perform(message, address, exchange, idle) })
                    }
                }
            } onCancel: {
                exchange.cancel()
            }
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }

    /// Sends on a kept connection, or on a new one where there is none or it turns out to be closed.
    private static func perform(
        _ message: HTTPMessage,
        _ address: HTTPAddress,
        _ exchange: SocketExchange,
        _ idle: IdleConnections
    ) throws(TransportError) -> TransportResponse {
        while let connection = idle.take(address) {
            do {
                return try perform(message, on: connection, exchange, idle)
            } catch {
                // The server closed it while it was idle. A POST it may have seen.
                guard error.reason == .lost, !connection.hasAnswered, message.isRepeatable, !exchange.isCancelled else {
                    throw error
                }
            }
        }
        return try perform(message, on: SocketConnection(to: address, timeout: message.timeout), exchange, idle)
    }

    private static func perform(
        _ message: HTTPMessage,
        on connection: SocketConnection,
        _ exchange: SocketExchange,
        _ idle: IdleConnections
    ) throws(TransportError) -> TransportResponse {
        guard exchange.begin(connection) else { throw TransportError(.lost, "the request was cancelled") }
        defer { exchange.end() }
        try connection.setTimeout(message.timeout)
        try connection.send(message.bytes)
        var reader = HTTPResponseReader(connection)
        let response = try reader.response()
        // First of all: from here on the connection may be another exchange's.
        exchange.end()
        if reader.isReusable, !exchange.isCancelled { idle.put(connection) }
        return response
    }
}

/// One exchange, which can be cancelled from outside.
///
/// Safe to share: what changes is only touched with the lock held.
private final class SocketExchange: @unchecked Sendable {
    private let lock = NSLock()
    private var connection: SocketConnection?
    private var cancelled = false

    var isCancelled: Bool { lock.withLock { cancelled } }

    /// - Returns: Whether it may begin.
    func begin(_ connection: SocketConnection) -> Bool {
        lock.withLock {
            if !cancelled { self.connection = connection }
            return !cancelled
        }
    }

    func end() {
        lock.withLock { connection = nil }
    }

    /// Ends the reading of the other thread.
    func cancel() {
        lock.withLock {
            cancelled = true
            connection?.shutDown()
        }
    }
}

/// Connections that wait for their next request, the one used last first.
///
/// Safe to share: what changes is only touched with the lock held.
private final class IdleConnections: @unchecked Sendable {
    private let lock = NSLock()
    private var connections: [SocketConnection] = []
    private static let greatestCount = 64

    /// A connection to that address on which nothing has come in, as far as can be seen.
    func take(_ address: HTTPAddress) -> SocketConnection? {
        while true {
            let connection: SocketConnection? = lock.withLock {
                guard let index = connections.lastIndex(where: { $0.address == address }) else { return nil }
                return connections.remove(at: index)
            }
            guard let connection else { return nil }
            if connection.isQuiet { return connection }
        }
    }

    func put(_ connection: SocketConnection) {
        lock.withLock {
            if connections.count >= Self.greatestCount { connections.removeFirst() }
            connections.append(connection)
        }
    }
}
