import Foundation

/// The body of a response, read on demand. Its connection closes with it, unless it was read to its end.
///
/// Safe to share: one task at a time reads, as ``BodyPieces`` has it, and waits for the thread that does it.
final class SocketBody: @unchecked Sendable {
    private var reader: HTTPResponseReader
    private var connection: SocketConnection?
    private let idle: IdleConnections
    private let threads: BlockingThreads

    init(
        _ reader: HTTPResponseReader,
        of connection: SocketConnection,
        idle: IdleConnections,
        threads: BlockingThreads
    ) {
        self.reader = reader
        self.connection = connection
        self.idle = idle
        self.threads = threads
    }

    func next() async throws -> Data? {
        try Task.checkCancellation()
        guard let connection else { return nil }
        let exchange = SocketExchange()
        guard exchange.begin(connection) else { return nil }
        return try await threads.value(cancelledBy: exchange) { [self] in
            defer { exchange.end() }
            do {
                if let piece = try reader.piece() { return Data(piece) }
            } catch {
                self.connection = nil
                throw error
            }
            exchange.end()
            if reader.isReusable, !exchange.isCancelled { idle.put(connection) }
            self.connection = nil
            return nil
        }
    }
}
