import Foundation

/// Connections that wait for their next request, the one used last first.
///
/// Safe to share: what changes is only touched with the lock held.
final class IdleConnections: @unchecked Sendable {
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
