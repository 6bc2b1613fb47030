import Synchronization
import Threads

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The open connections, counted in all and by client.
///
/// Safe to share: the tables are only touched with the lock held.
final class ConnectionRegistry: @unchecked Sendable {
    private let lock = Lock()
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var counts: [RemoteAddress: Int] = [:]
    private let limits: Limits

    init(limits: Limits) {
        self.limits = limits
    }

    /// How many connections over a limit are still taken, to be told so; more are closed at once.
    private static func headroom(_ limit: Int) -> Int { max(16, limit / 8) }

    /// Whether a new connection is taken at all.
    func admits(_ address: RemoteAddress) -> Bool {
        lock {
            connections.count < limits.connections + Self.headroom(limits.connections)
                && counts[address.network, default: 0]
                    < limits.connectionsPerAddress + Self.headroom(limits.connectionsPerAddress)
        }
    }

    /// Adds the connection that `make` makes, given the limit it is over.
    func add(from address: RemoteAddress, _ make: (Refusal?) -> Connection) -> Connection {
        lock {
            let surplus: Refusal? =
                if connections.count >= limits.connections {
                    .tooManyConnections
                } else if counts[address.network, default: 0] >= limits.connectionsPerAddress {
                    .tooManyConnectionsFromAddress
                } else {
                    nil
                }
            let connection = make(surplus)
            connections[ObjectIdentifier(connection)] = connection
            counts[address.network, default: 0] += 1
            return connection
        }
    }

    func remove(_ connection: Connection) {
        lock {
            guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
            let network = connection.remoteAddress.network
            if let count = counts[network], count > 1 {
                counts[network] = count - 1
            } else {
                counts[network] = nil
            }
        }
    }

    /// All connections at this moment.
    func all() -> [Connection] {
        lock { Array(connections.values) }
    }

    /// Breaks the connections whose request is overdue; the engine then closes them.
    func breakOverdue(at now: UInt64) {
        // With the lock held no connection is removed, which comes before its socket is closed: no number of a socket
        // in the table can have been given to another.
        lock {
            for connection in connections.values where connection.deadline.load(ordering: .relaxed) < now {
                shutdown(connection.socket, Int32(SHUT_RDWR))
            }
        }
    }
}
