import Access
import Documents
import Storage
import Threads

/// The thread that writes: it takes all changes that wait, and commits them together, on one connection.
final class PostgresWriter: @unchecked Sendable {
    // Safe to share: `monitor` guards the queue and the figures; the rest is the thread's alone.

    /// Takes the outcome of a change. It returns at once.
    typealias Completion = @Sendable (Result<CommitOutcome, StoreError>) -> Void

    private struct Waiting: Sendable {
        let change: Change
        /// `nil` if nobody waits for it.
        let completion: Completion?
    }

    /// The most changes that are committed together.
    private static let batchLimit = 256
    /// How long changes for which nobody waits may wait for others, in milliseconds.
    private static let patienceForOthers = 10
    /// The tries that a batch has whose transaction and another waited for each other.
    private static let attempts = 5

    private let connector: Connector
    private let digest: DigestFunction
    private let watch: AccessWatch
    private let barrier: CommitBarrier

    private let monitor = Monitor()
    private var waiting: [Waiting] = []
    /// How many of them somebody waits for.
    private var awaited = 0
    private var isStopping = false
    private var isStopped = false
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []
    private var figures = StoreStatistics()

    // The thread's own.
    private var connection: PostgresConnection?
    /// Ordinals of organisations met so far, which never change.
    private var ordinals: [Identifier: Int64] = [:]
    private let finish: @Sendable () -> Void

    /// Starts the thread, which runs until ``stop()``, and runs `finish` at its end.
    init(
        _ connector: Connector,
        watch: AccessWatch,
        digest: @escaping DigestFunction,
        finish: @escaping @Sendable () -> Void
    ) {
        self.connector = connector
        self.watch = watch
        self.digest = digest
        self.finish = finish
        barrier = CommitBarrier(connector)
        DetachedThread.start { self.run() }
    }

    private var patience: Duration { connector.configuration.patience }

    var statistics: StoreStatistics { monitor.withLock { figures } }

    func enqueue(_ change: Change, completion: @escaping Completion) {
        let isAccepted = monitor.withLock {
            guard !isStopping else { return false }
            waiting.append(Waiting(change: change, completion: completion))
            awaited += 1
            if awaited == 1 { monitor.signal() }
            return true
        }
        if !isAccepted { completion(.failure(.closed)) }
    }

    func enqueue(_ change: Change) {
        monitor.withLock {
            guard !isStopping else { return }
            waiting.append(Waiting(change: change, completion: nil))
            if waiting.count == 1 { monitor.signal() }
        }
    }

    /// Lets the thread finish what waits, and end.
    func requestStop() {
        monitor.withLock {
            isStopping = true
            monitor.signal()
        }
    }

    /// As ``requestStop()``; returns when all connections are closed.
    func stop() async {
        await withCheckedContinuation { continuation in
            let isStopped = monitor.withLock {
                if !self.isStopped { stopWaiters.append(continuation) }
                return self.isStopped
            }
            requestStop()
            if isStopped { continuation.resume() }
        }
    }

    // MARK: The thread

    private func run() {
        while let batch = nextBatch() { commit(batch) }
        barrier.stop()
        connection = nil
        finish()
        let waiters = monitor.withLock {
            isStopped = true
            defer { stopWaiters = [] }
            return stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// - Returns: `nil` when everything is done and the thread is to stop.
    private func nextBatch() -> [Waiting]? {
        monitor.withLock {
            while waiting.isEmpty && !isStopping { monitor.wait() }
            // A commit of these alone would hold up the next change that somebody waits for.
            if awaited == 0, waiting.count < Self.batchLimit, !isStopping {
                monitor.wait(milliseconds: Self.patienceForOthers)
            }
            guard !waiting.isEmpty else { return nil }
            let batch = Array(waiting.prefix(Self.batchLimit))
            waiting.removeFirst(batch.count)
            awaited -= batch.count { $0.completion != nil }
            return batch
        }
    }

    private func commit(_ batch: [Waiting]) {
        let start = MonotonicClock.now()
        guard barrier.waitForRoom() else {
            return complete(batch, with: .unavailable("commits do not become durable; nothing was done"), since: start)
        }
        do throws(PostgresError) {
            try transact(batch, since: start)
        } catch {
            if batch.count > 1, !error.isOfServer, !error.isOfContention {
                // One of them is to blame: each for itself, then.
                for waiting in batch { commit([waiting]) }
            } else {
                complete(batch, with: error.storeError(), since: start)
            }
        }
    }

    /// - Throws: ``PostgresError`` if nothing was done, and nobody was told.
    private func transact(_ batch: [Waiting], since start: UInt64) throws(PostgresError) {
        var attempt = 1
        while true {
            let isNew = connection?.isUsable != true
            do throws(PostgresError) {
                return try transactOnce(batch, since: start)
            } catch {
                // The secrets of another kind of document are under the first half of its id, which another node issued.
                if error.isOfKeys, batch.count == 1, batch[0].change.createsDocument {
                    return complete(batch, with: [.conflict], access: nil, since: start)
                }
                let mayTryAgain = error.isOfContention || error.endsConnection && !isNew && error != .late()
                guard mayTryAgain, attempt < Self.attempts else { throw error }
                attempt += 1
            }
        }
    }

    private func transactOnce(_ batch: [Waiting], since start: UInt64) throws(PostgresError) {
        let connection = try currentConnection()
        let changes = batch.map(\.change)
        try learnOrdinals(of: changes, on: connection)
        let transaction = PostgresTransaction(
            on: connection,
            within: patience,
            // Nobody may remember an ordinal that another organisation gets after a crash.
            isDurable: changes.contains(where: \.createsOrganization),
            digest: digest
        )
        let outcomes: [CommitOutcome]
        do throws(PostgresError) {
            outcomes = try transaction.carryOut(changes, knowing: ordinals)
        } catch {
            transaction.rollBack()
            throw error
        }
        guard outcomes.contains(.committed) else {
            transaction.rollBack()
            return complete(batch, with: outcomes, access: nil, since: start)
        }
        let committed: PostgresTransaction.Committed
        do throws(PostgresTransaction.CommitFailure) {
            committed = try transaction.commit()
        } catch {
            switch error {
            case .undone(let error):
                transaction.rollBack()
                throw error
            case .doubtful(let error, let witness):
                return settle(batch, outcomes, witness, after: error, since: start)
            }
        }
        barrier.add(
            CommittedBatch(witness: committed.isDurable ? nil : committed.witness) { error in
                self.conclude(batch, outcomes, access: committed.access, error, since: start)
            }
        )
    }

    /// Finds out whether a batch is committed whose commit was not seen to end. Nothing else is written meanwhile.
    private func settle(
        _ batch: [Waiting],
        _ outcomes: [CommitOutcome],
        _ witness: PostgresTransaction.Witness?,
        after error: PostgresError,
        since start: UInt64
    ) {
        connection = nil
        let failure = CommitSettlement(connector).outcome(of: witness, after: error)
        conclude(batch, outcomes, access: nil, failure, since: start)
    }

    private func currentConnection() throws(PostgresError) -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        ordinals.removeAll()
        let new = try connector.connect()
        connection = new
        return new
    }

    /// Looks up organisations that were not met before, so that a batch need not do so while it holds locks.
    private func learnOrdinals(of changes: [Change], on connection: PostgresConnection) throws(PostgresError) {
        let unknown = Set(changes.lazy.filter(\.isQuick).map(\.organization)).filter { ordinals[$0] == nil }
        guard !unknown.isEmpty else { return }
        if ordinals.count >= 4096 { ordinals.removeAll() }
        let found = try connection.run(
            SQLQuery(
                "SELECT id, ordinal FROM organizations WHERE id = ANY($1)",
                .texts(unknown.map(\.description))
            ),
            within: patience
        )
        _ = try found.map { row throws(PostgresError) in ordinals[try row.identifier(0)] = row.integer(1) }
    }

    // MARK: Outcomes

    /// Tells what became of a batch; `error` is of the changes that would have been made.
    private func conclude(
        _ batch: [Waiting],
        _ outcomes: [CommitOutcome],
        access: AccessState?,
        _ error: StoreError?,
        since start: UInt64
    ) {
        guard let error else { return complete(batch, with: outcomes, access: access, since: start) }
        let results = outcomes.map { $0 == .committed ? Result.failure(error) : .success($0) }
        complete(batch, results, access: nil, since: start)
    }

    private func complete(_ batch: [Waiting], with error: StoreError, since start: UInt64) {
        complete(batch, batch.map { _ in .failure(error) }, access: nil, since: start)
    }

    private func complete(
        _ batch: [Waiting],
        with outcomes: [CommitOutcome],
        access: AccessState?,
        since start: UInt64
    ) {
        complete(batch, outcomes.map { .success($0) }, access: access, since: start)
    }

    private func complete(
        _ batch: [Waiting],
        _ results: [Result<CommitOutcome, StoreError>],
        access: AccessState?,
        since start: UInt64
    ) {
        var committed: UInt64 = 0
        var failed: UInt64 = 0
        var mayTouchAccess = false
        for (waiting, result) in zip(batch, results) {
            switch result {
            case .success(.committed):
                committed += 1
                mayTouchAccess = mayTouchAccess || access == nil && waiting.change.touchesAccess
            case .success: break
            case .failure:
                failed += 1
                mayTouchAccess = mayTouchAccess || waiting.change.touchesAccess
            }
        }
        if let access { watch.learn(access) }
        // It may be done all the same, or it was done and the state was not seen.
        if mayTouchAccess { watch.doubt() }
        monitor.withLock {
            figures.commits += committed
            figures.failedCommits += failed
            figures.batches += 1
            figures.commitNanoseconds += MonotonicClock.now() - start
        }
        for (waiting, result) in zip(batch, results) { waiting.completion?(result) }
    }
}
