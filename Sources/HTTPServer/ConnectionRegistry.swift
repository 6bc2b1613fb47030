import Synchronization
import Threads

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The open connections, counted in all and by client from the moment they are accepted.
///
/// Safe to share: the tables are only touched with the lock held.
final class ConnectionRegistry: @unchecked Sendable {
    /// A connection that was accepted.
    struct Admission {
        let address: RemoteAddress
        /// The limit that it is over, to be told so.
        let surplus: Refusal?
    }

    private let lock = Lock()
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// Those that the engine has, but has not opened yet, by their sockets.
    private var handedOver: [Int32: Admission] = [:]
    private var count = 0
    private var counts: [RemoteAddress: Int] = [:]
    private let limits: Limits

    init(limits: Limits) {
        self.limits = limits
    }

    /// How many connections over a limit are still taken, to be told so; more are closed at once.
    private static func headroom(_ limit: Int) -> Int { max(16, limit / 8) }

    /// Takes a new connection, unless there are far too many.
    func admit(_ socket: Int32, from address: RemoteAddress) -> Bool {
        lock {
            // The engine has closed a socket of that number without opening its connection.
            if let lost = handedOver.removeValue(forKey: socket) { discount(lost.address) }
            let ofAddress = counts[address.network, default: 0]
            guard count < limits.connections + Self.headroom(limits.connections),
                ofAddress < limits.connectionsPerAddress + Self.headroom(limits.connectionsPerAddress)
            else { return false }
            let surplus: Refusal? =
                if count >= limits.connections {
                    .tooManyConnections
                } else if ofAddress >= limits.connectionsPerAddress {
                    .tooManyConnectionsFromAddress
                } else {
                    nil
                }
            handedOver[socket] = Admission(address: address, surplus: surplus)
            count += 1
            counts[address.network] = ofAddress + 1
            return true
        }
    }

    /// The engine did not take a connection.
    func withdraw(_ socket: Int32) {
        lock {
            if let admission = handedOver.removeValue(forKey: socket) { discount(admission.address) }
        }
    }

    /// Adds the connection that `make` makes of an admitted one; `nil` for one that was not.
    func open(_ socket: Int32, _ make: (Admission) -> Connection) -> Connection? {
        lock {
            guard let admission = handedOver.removeValue(forKey: socket) else { return nil }
            let connection = make(admission)
            connections[ObjectIdentifier(connection)] = connection
            return connection
        }
    }

    func remove(_ connection: Connection) {
        lock {
            guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
            discount(connection.remoteAddress)
        }
    }

    private func discount(_ address: RemoteAddress) {
        count -= 1
        let ofAddress = counts[address.network, default: 0]
        counts[address.network] = ofAddress > 1 ? ofAddress - 1 : nil
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
