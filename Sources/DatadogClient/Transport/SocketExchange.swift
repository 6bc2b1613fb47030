import Foundation

/// One exchange, which can be cancelled from outside.
///
/// Safe to share: what changes is only touched with the lock held.
final class SocketExchange: @unchecked Sendable {
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

extension BlockingThreads {
    /// Does a job that may wait, and ends its waiting when the task is cancelled.
    func value<Value: Sendable>(
        cancelledBy exchange: SocketExchange,
        _ job: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    run { continuation.resume(with: Result { try job() }) }
                }
            } onCancel: {
                exchange.cancel()
            }
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }
}
