import Storage
import Threads

/// A batch that was committed, and of which nobody was told yet.
struct CommittedBatch: Sendable {
    /// An event of it; `nil` if it is durable already.
    let witness: PostgresTransaction.Witness?
    /// Tells the outcome to those who wait; `nil` if it is done, else why it is not.
    let complete: @Sendable (StoreError?) -> Void
}

/// Makes committed batches durable, and only then tells of them.
///
/// The writer's transactions end without waiting for the disk and the standby, so that the next one, here or on another
/// node, has the organisation's lock at once. A transaction of the barrier's, on a connection of its own, then waits for
/// all that was committed before it. It looks for each batch's event, too: a server that crashed and came back, or another
/// in its place, would make nothing durable that it does not have.
final class CommitBarrier: @unchecked Sendable {
    // Safe to share: `monitor` guards what varies; the connection is the thread's alone.

    /// Batches under way; the writer waits before it makes more.
    private static let limit = 8

    private let connector: Connector
    private let monitor = Monitor()
    private var waiting: [CommittedBatch] = []
    private var underWay = 0
    private var isStopping = false
    private var isStopped = false
    private var connection: PostgresConnection?

    init(_ connector: Connector) {
        self.connector = connector
        DetachedThread.start { self.run() }
    }

    private var patience: Duration { connector.configuration.patience }

    /// Waits until there is room for a batch.
    ///
    /// - Returns: `false` if there was none in time: what was committed does not become durable.
    func waitForRoom() -> Bool {
        let deadline = MonotonicClock.now() + patience.nanoseconds
        return monitor.withLock {
            while waiting.count + underWay >= Self.limit {
                let now = MonotonicClock.now()
                guard now < deadline else { return false }
                monitor.wait(milliseconds: Int((deadline - now) / 1_000_000) + 1)
            }
            return true
        }
    }

    func add(_ batch: CommittedBatch) {
        monitor.withLock {
            waiting.append(batch)
            monitor.broadcast()
        }
    }

    /// Waits for the batches under way, and ends the thread.
    func stop() {
        monitor.withLock {
            isStopping = true
            monitor.broadcast()
            while !isStopped { monitor.wait() }
        }
    }

    // MARK: The thread

    private func run() {
        while let batches = next() {
            settle(batches)
            monitor.withLock {
                underWay = 0
                monitor.broadcast()
            }
        }
        connection = nil
        monitor.withLock {
            isStopped = true
            monitor.broadcast()
        }
    }

    private func next() -> [CommittedBatch]? {
        monitor.withLock {
            while waiting.isEmpty && !isStopping { monitor.wait() }
            guard !waiting.isEmpty else { return nil }
            defer { waiting = [] }
            underWay = waiting.count
            return waiting
        }
    }

    private func settle(_ batches: [CommittedBatch]) {
        for batch in batches where batch.witness == nil { batch.complete(nil) }
        let open = batches.filter { $0.witness != nil }
        guard !open.isEmpty else { return }
        var failure = PostgresError.lost("it came back without what it had last")
        var isDurable = open.map { _ in false }
        do throws(PostgresError) {
            isDurable = try makeDurable(open.compactMap(\.witness), on: try currentConnection())
        } catch {
            connection = nil
            failure = error
        }
        for (batch, isDurable) in zip(open, isDurable) where isDurable { batch.complete(nil) }
        let settlement = CommitSettlement(connector)
        for (batch, isDurable) in zip(open, isDurable) where !isDurable {
            batch.complete(settlement.outcome(of: batch.witness, after: failure))
        }
    }

    private func currentConnection() throws(PostgresError) -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        let connection = try connector.connect()
        self.connection = connection
        return connection
    }

    /// Waits until what is there of some transactions is durable.
    ///
    /// - Returns: Whether each of them is there.
    private func makeDurable(
        _ witnesses: [PostgresTransaction.Witness],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [Bool] {
        let results = try connection.run(
            [
                SQLQuery("BEGIN"), CommitSettlement.message,
                SQLQuery(
                    "SELECT place, event FROM audit_log WHERE place = ANY($1)",
                    .integers(witnesses.map(\.place))
                ),
                SQLQuery("COMMIT"),
            ],
            within: patience
        )
        try CommitSettlement.requireDurable(results, on: connection)
        var events: [Int64: [UInt8]] = [:]
        _ = try results[2].map { row throws(PostgresError) in events[row.integer(0)] = row.bytes(1) }
        return witnesses.map { events[$0.place] == $0.line }
    }
}
