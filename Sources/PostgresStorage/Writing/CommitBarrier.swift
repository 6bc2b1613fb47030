import Storage
import Threads

/// A batch that was committed, and of which nobody was told yet.
struct CommittedBatch: Sendable {
    let witness: PostgresTransaction.Witness?
    /// Tells the outcome to those who wait; `nil` if it is done, else why it is not.
    let complete: @Sendable (StoreError?) -> Void
}

/// Makes committed batches durable, and only then tells of them.
///
/// The writer's transactions end without waiting for the disk and the standby, so that the next one, here or on another
/// node, has the organisation's lock at once. A transaction of the barrier's, on a connection of its own, then waits for
/// all that was committed before it.
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
        do throws(PostgresError) {
            try makeDurable(on: try currentConnection())
            for batch in batches { batch.complete(nil) }
        } catch {
            connection = nil
            let settlement = CommitSettlement(connector)
            for batch in batches { batch.complete(settlement.outcome(of: batch.witness, after: error)) }
        }
    }

    private func currentConnection() throws(PostgresError) -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        let connection = try connector.connect()
        self.connection = connection
        return connection
    }

    private func makeDurable(on connection: PostgresConnection) throws(PostgresError) {
        try CommitSettlement.makeDurable(on: connection, within: patience)
    }
}
