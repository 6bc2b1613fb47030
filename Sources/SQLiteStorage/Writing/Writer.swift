import Platform
import Storage
import Synchronization
import Threads

/// The thread that writes: it takes all changes that wait, commits them together, then tells those who wait.
final class Writer: @unchecked Sendable {
    // Safe to share: `monitor` guards the queue and the figures; the connection is the thread's alone.

    /// Takes what became of a change. It returns at once.
    typealias Completion = @Sendable (Result<CommitOutcome, StoreError>) -> Void

    private struct Waiting {
        let change: Change
        /// `nil` if nobody waits for it.
        let completion: Completion?
    }

    /// The most changes that are committed together.
    private static let batchLimit = 256
    /// How long changes for which nobody waits may wait for others, in milliseconds.
    private static let patience = 10
    /// A commit of more nanoseconds is waited for mostly, not worked for.
    private static let slowCommit: UInt64 = 1_000_000
    /// A checkpoint is due when the log has that number of pages.
    private let checkpointPages: Int

    private let monitor = Monitor()
    private var waiting: [Waiting] = []
    /// For how many of them somebody waits.
    private var awaited = 0
    private var isStopping = false
    private var isStopped = false
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []
    private var figures = StoreStatistics()

    private let readers: ReaderPool
    private let health: DatabaseHealth
    private let names: NameIndex
    private let accessChanges = Atomic<UInt64>(0)

    // The thread's own.
    private var connection: WriteConnection?
    private var directory: DataDirectory?
    /// The size of the log when the thread last looked.
    private var pagesInLog = 0
    /// How many changes were committed last, and how long that took.
    private var lastBatch = (count: 0, nanoseconds: 0 as UInt64)
    /// The size of the log at which the next checkpoint is tried.
    private var nextCheckpoint: Int

    /// Starts the thread, which keeps the connection and the lock of the directory until ``stop()``.
    init(
        connection: WriteConnection,
        readers: ReaderPool,
        names: NameIndex,
        directory: DataDirectory,
        health: DatabaseHealth,
        checkpointPages: Int
    ) {
        self.checkpointPages = checkpointPages
        nextCheckpoint = checkpointPages
        self.connection = connection
        self.readers = readers
        self.names = names
        self.directory = directory
        self.health = health
        DetachedThread.start { self.run() }
    }

    /// How many committed batches changed keys, users, roles or registrations.
    var accessGeneration: UInt64 { accessChanges.load(ordering: .acquiring) }

    var statistics: StoreStatistics {
        monitor.withLock { figures }
    }

    func commit(_ change: Change) async throws(StoreError) -> CommitOutcome {
        try await withCheckedContinuation { continuation in
            enqueue(change) { continuation.resume(returning: $0) }
        }.get()
    }

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

    /// As ``requestStop()``; returns when the database is closed and its directory unlocked.
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
}

// MARK: The thread

extension Writer {
    private enum Task {
        case commit([Waiting])
        /// A second has passed without work.
        case tidy
    }

    private func run() {
        while let connection {
            gather()
            guard let task = nextTask() else { break }
            switch task {
            case .commit(let batch):
                commit(batch, on: connection)
                checkpointIfDue(connection)
            case .tidy:
                tidy(connection)
            }
        }
        finish()
    }

    /// Lets those come back who were just answered, where the disk is slow: else they would miss the next commit, and
    /// half of many clients would wait while the other half is served.
    private func gather() {
        guard lastBatch.count > 1, lastBatch.nanoseconds > Self.slowCommit else { return }
        usleep(UInt32(min(lastBatch.nanoseconds / 16, 1_000_000) / 1000))
    }

    /// - Returns: `nil` when everything is done and the thread is to stop.
    private func nextTask() -> Task? {
        monitor.withLock {
            var hasWaited = false
            while waiting.isEmpty && !isStopping {
                if pagesInLog == 0 {
                    monitor.wait()
                } else if hasWaited {
                    return .tidy
                } else {
                    monitor.wait(milliseconds: 1_000)
                    hasWaited = true
                }
            }
            // A commit of these alone would hold up the next change that somebody waits for.
            if awaited == 0, waiting.count < Self.batchLimit, !isStopping { monitor.wait(milliseconds: Self.patience) }
            guard !waiting.isEmpty else { return nil }
            return .commit(takeBatch())
        }
    }

    /// To be called with the lock held.
    private func takeBatch() -> [Waiting] {
        if waiting.count <= Self.batchLimit {
            defer { waiting.removeAll(keepingCapacity: true) }
            awaited = 0
            return waiting
        }
        let batch = Array(waiting.prefix(Self.batchLimit))
        waiting.removeFirst(Self.batchLimit)
        awaited -= batch.count { $0.completion != nil }
        return batch
    }

    private func commit(_ batch: [Waiting], on connection: WriteConnection) {
        let start = ContinuousClock.now
        let results = connection.commit(batch.map(\.change))
        let duration = (ContinuousClock.now - start).components
        let nanoseconds = UInt64(duration.seconds * 1_000_000_000 + duration.attoseconds / 1_000_000_000)
        lastBatch = (batch.count, nanoseconds)
        // In this order: what the index knows, a read that begins later finds.
        readers.noteCommit()
        names.apply(connection.takeNameChanges())
        var committed: UInt64 = 0
        var failed: UInt64 = 0
        var touchesAccess = false
        for (waiting, result) in zip(batch, results) {
            switch result {
            case .success(.committed):
                committed += 1
                touchesAccess = touchesAccess || waiting.change.mutations.contains { $0.touchesAccess }
            case .success: break
            case .failure:
                failed += 1
                // It may be done all the same.
                touchesAccess = touchesAccess || waiting.change.mutations.contains { $0.touchesAccess }
            }
        }
        if touchesAccess { accessChanges.add(1, ordering: .releasing) }
        monitor.withLock {
            figures.commits += committed
            figures.failedCommits += failed
            figures.batches += 1
            figures.commitNanoseconds += nanoseconds
        }
        for (waiting, result) in zip(batch, results) { waiting.completion?(result) }
    }

    /// Copies the log into the database when it has grown, once the answers are out.
    ///
    /// No other connection does this: a second one under load let the log grow without bound.
    private func checkpointIfDue(_ connection: WriteConnection) {
        let pages = connection.database.pagesInLog
        // It has started over.
        if pages < pagesInLog { nextCheckpoint = checkpointPages }
        pagesInLog = pages
        guard pages >= nextCheckpoint else { return }
        // One that readers are in the way of, or the disk, is tried again before long.
        nextCheckpoint = pages + checkpointPages / 4
        // When readers have kept the log from starting over for long, the writer waits for them.
        checkpoint(pages < 4 * checkpointPages ? .passive : .restart, on: connection)
    }

    /// Empties the log while there is nothing to do, so that deleted secrets do not stay in it.
    private func tidy(_ connection: WriteConnection) {
        // If a reader is in its way, as a backup is, it is tried again a second later.
        if checkpoint(.truncate, on: connection) { pagesInLog = 0 }
    }

    /// - Returns: Whether all of the log is in the database.
    @discardableResult
    private func checkpoint(_ checkpoint: Database.Checkpoint, on connection: WriteConnection) -> Bool {
        // The log of a database that is damaged or not in its place stays as it is, for the person who repairs it.
        guard (try? health.requireWritable()) != nil else { return false }
        var isWhole = false
        readers.withoutIdleSnapshots {
            // What fails now, for want of space perhaps, stays in the log until the next time.
            do throws(SQLiteError) { isWhole = try connection.database.checkpoint(checkpoint) } catch {
                health.note(error)
            }
        }
        health.noteLength()
        return isWhole
    }

    private func finish() {
        names.stop()
        readers.close()
        if let connection { tidy(connection) }
        connection = nil
        directory = nil
        let waiters = monitor.withLock {
            isStopped = true
            defer { stopWaiters = [] }
            return stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
