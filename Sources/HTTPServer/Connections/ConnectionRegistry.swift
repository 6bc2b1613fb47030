import NetworkTypes
import Platform
import Synchronization
import Threads

/// The open connections, counted in all, by client and by worker from the moment they are accepted.
///
/// Safe to share: the tables are only touched with the lock held.
final class ConnectionRegistry: @unchecked Sendable {
    /// A connection that was accepted.
    struct Admission {
        let address: IPAddress
        /// The number of the worker that is to serve it.
        let worker: Int
        /// The limit that it is over, to be told so.
        let surplus: Refusal?
        /// The tunnel that it is the inside of.
        let tunnel: Tunnel?
    }

    private let lock = Lock()
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// Those that the engine has, but has not opened yet, by their sockets.
    private var handedOver: [Int32: Admission] = [:]
    private var count = 0
    private var counts: [IPAddress: Int] = [:]
    /// How many connections each worker has.
    private var loads: [Int]
    private let limits: Limits

    init(limits: Limits, workers: Int) {
        self.limits = limits
        loads = Array(repeating: 0, count: workers)
    }

    /// How many connections over a limit are still taken, to be told so; more are closed at once.
    private static func headroom(_ limit: Int) -> Int { max(16, limit / 8) }

    /// Takes a new connection, unless there are far too many.
    ///
    /// - Returns: The number of the worker that has least to do, which is to serve it.
    func admit(_ socket: Int32, from address: IPAddress, in tunnel: Tunnel? = nil) -> Int? {
        lock {
            // The engine has closed a socket of that number without opening its connection.
            if let lost = handedOver.removeValue(forKey: socket) { discount(lost.address, lost.worker) }
            let ofAddress = counts[address.network, default: 0]
            guard count < limits.connections + Self.headroom(limits.connections),
                ofAddress < limits.connectionsPerAddress + Self.headroom(limits.connectionsPerAddress)
            else { return nil }
            let surplus: Refusal? =
                if count >= limits.connections {
                    .tooManyConnections
                } else if ofAddress >= limits.connectionsPerAddress {
                    .tooManyConnectionsFromAddress
                } else {
                    nil
                }
            let worker = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            handedOver[socket] = Admission(
                address: address,
                worker: worker,
                surplus: surplus,
                tunnel: tunnel
            )
            count += 1
            counts[address.network] = ofAddress + 1
            loads[worker] += 1
            return worker
        }
    }

    /// The engine did not take a connection.
    func withdraw(_ socket: Int32) {
        lock {
            if let admission = handedOver.removeValue(forKey: socket) { discount(admission.address, admission.worker) }
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
            discount(connection.remoteAddress, connection.worker)
        }
    }

    private func discount(_ address: IPAddress, _ worker: Int) {
        count -= 1
        loads[worker] -= 1
        let ofAddress = counts[address.network, default: 0]
        counts[address.network] = ofAddress > 1 ? ofAddress - 1 : nil
    }

    /// All connections at this moment.
    func all() -> [Connection] {
        lock { Array(connections.values) }
    }

    /// Breaks the connections whose request is overdue, and those whose client ended its side before its request was
    /// whole, or after it was answered; the engine then closes them. It is told of an end once, and misses one that
    /// comes with the last bytes.
    func breakOverdue(at now: UInt64) {
        // With the lock held no connection is removed, which comes before its socket is closed: no number of a socket
        // in the table can have been given to another.
        lock {
            var waiting: [Connection] = []
            for connection in connections.values {
                let deadline = connection.deadline.load(ordering: .relaxed)
                if deadline < now {
                    shutdown(connection.socket, Int32(SHUT_RDWR))
                } else if deadline == .max {
                    connection.hadEnded = false
                } else {
                    waiting.append(connection)
                }
            }
            breakEnded(waiting)
        }
    }

    /// Breaks those of the connections that wait for their client and have come to their end. They had at the last
    /// look, too, lest the engine is just about to read it.
    private func breakEnded(_ waiting: [Connection]) {
        var states = waiting.map { pollfd(fd: $0.socket, events: Int16(POLLRDHUP), revents: 0) }
        poll(&states, nfds_t(states.count), 0)
        for (connection, state) in zip(waiting, states) {
            let hasEnded = state.revents != 0 && Self.isReadToItsEnd(connection.socket)
            if hasEnded, connection.hadEnded { shutdown(connection.socket, Int32(SHUT_RDWR)) }
            connection.hadEnded = hasEnded
        }
    }

    /// Whether the engine has read all that came before the end.
    private static func isReadToItsEnd(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) <= 0
    }
}

/// The end of what the peer sends, which Swift's Glibc leaves out (`bits/poll.h`).
let POLLRDHUP: Int32 = 0x2000
