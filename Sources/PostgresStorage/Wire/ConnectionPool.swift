import Threads

/// Connections that read, lent to one thread at a time.
final class ConnectionPool: @unchecked Sendable {
    // Safe to share: `monitor` guards what varies, and a connection is used by the thread that took it out alone.
    private let monitor = Monitor()
    private let connector: Connector
    private var idle: [PostgresConnection] = []
    private var lent = 0
    private var isClosed = false
    private var reads: UInt64 = 0

    init(_ connector: Connector) {
        self.connector = connector
    }

    var configuration: PostgresConfiguration { connector.configuration }
    private var capacity: Int { max(connector.configuration.readConnections, 1) }
    private var patience: Duration { connector.configuration.patience }

    var readCount: UInt64 { monitor.withLock { reads } }

    func noteReads(_ count: Int) { monitor.withLock { reads &+= UInt64(count) } }

    /// Runs statements that only read, and again on a new connection if the one that was kept had broken.
    func run(_ queries: [SQLQuery]) throws(PostgresError) -> [SQLResult] {
        let (connection, isNew) = try takeOut()
        do throws(PostgresError) {
            return try run(queries, on: connection)
        } catch {
            // One that did not respond in time had its chance.
            guard !isNew, error.endsConnection, error != .late() else { throw error }
        }
        return try runAgain(queries)
    }

    private func runAgain(_ queries: [SQLQuery]) throws(PostgresError) -> [SQLResult] {
        forgetIdle()
        return try run(queries, on: try takeOut().connection)
    }

    /// Runs statements on a connection that was taken out. One on which they fail is closed: a transaction that they
    /// began would stay open, and refuse whatever came next.
    private func run(_ queries: [SQLQuery], on connection: PostgresConnection) throws(PostgresError) -> [SQLResult] {
        do throws(PostgresError) {
            let results = try connection.run(queries, within: patience)
            giveBack(connection)
            return results
        } catch {
            giveBack(nil)
            throw error
        }
    }

    private func takeOut() throws(PostgresError) -> (connection: PostgresConnection, isNew: Bool) {
        let deadline = MonotonicClock.now() + patience.nanoseconds
        let kept: PostgresConnection? = try monitor.withLock { () throws(PostgresError) in
            while idle.isEmpty && lent == capacity && !isClosed {
                let now = MonotonicClock.now()
                guard now < deadline else { throw .unreachable("too many reads wait for it") }
                monitor.wait(milliseconds: Int((deadline - now) / 1_000_000) + 1)
            }
            guard !isClosed else { throw .closed }
            lent += 1
            return idle.popLast()
        }
        if let kept { return (kept, false) }
        do throws(PostgresError) {
            return (try connector.connect(), true)
        } catch {
            giveBack(nil)
            throw error
        }
    }

    private func giveBack(_ connection: PostgresConnection?) {
        monitor.withLock {
            lent -= 1
            if let connection, !isClosed { idle.append(connection) }
            monitor.broadcast()
        }
    }

    /// Others that were kept have broken with the one that did.
    private func forgetIdle() {
        let forgotten = monitor.withLock {
            defer { idle = [] }
            return idle
        }
        _ = forgotten
    }

    /// Waits for the reads under way, and closes.
    func close() {
        let connections = monitor.withLock {
            isClosed = true
            monitor.broadcast()
            while lent > 0 { monitor.wait() }
            defer { idle = [] }
            return idle
        }
        _ = connections
    }
}
