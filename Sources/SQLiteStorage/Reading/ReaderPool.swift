import Storage
import Synchronization
import Threads

/// The connections that read, lent to one thread at a time.
final class ReaderPool: @unchecked Sendable {
    // Safe to share: `monitor` guards what varies, and a reader is used by the thread that took it out alone.
    private let monitor = Monitor()
    private let path: String
    private let health: DatabaseHealth
    private let observer: (any StoreObserver)?
    private let capacity: Int
    /// The reader that came back last goes out first: its cache is the warmest.
    private var idle: [Reader] = []
    private var lent = 0
    private var reads: UInt64 = 0
    private var isClosed = false
    private var keepsSnapshots = true

    /// Rises when what readers see is out of date.
    private let commits = Atomic<UInt64>(0)

    /// Opens the first reader at once, so that what is wrong with the file shows when the store opens. As many threads
    /// as `capacity` can read at the same time; others wait.
    init(
        path: String,
        capacity: Int,
        health: DatabaseHealth,
        observer: (any StoreObserver)? = nil
    ) throws(StoreError) {
        self.observer = observer
        self.path = path
        self.capacity = capacity
        self.health = health
        idle = [try Self.reader(path: path, health: health)]
        idle.reserveCapacity(capacity)
    }

    /// Lends a reader that sees all that was committed until now.
    func read<Result>(_ body: (Reader) throws(SQLiteError) -> Result) throws(StoreError) -> Result {
        guard let end = observer?.begins(.read) else { return try readUnobserved(body) }
        do throws(StoreError) {
            let result = try readUnobserved(body)
            end(false)
            return result
        } catch {
            end(true)
            throw error
        }
    }

    private func readUnobserved<Result>(
        _ body: (Reader) throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        let reader = try takeOut()
        defer { takeBack(reader) }
        do throws(SQLiteError) {
            try reader.refresh(to: commits.load(ordering: .acquiring))
            return try body(reader)
        } catch {
            try? reader.endSnapshot()
            health.note(error)
            throw error.storeError(path: path)
        }
    }

    private func takeOut() throws(StoreError) -> Reader {
        let reader: Reader? = try monitor.withLock { () throws(StoreError) in
            while idle.isEmpty && lent == capacity && !isClosed { monitor.wait() }
            guard !isClosed else { throw .closed }
            lent += 1
            reads &+= 1
            return idle.popLast()
        }
        if let reader { return reader }
        do throws(StoreError) {
            return try Self.reader(path: path, health: health)
        } catch {
            monitor.withLock {
                lent -= 1
                monitor.broadcast()
            }
            throw error
        }
    }

    /// A new reader, of the file that the others read.
    private static func reader(path: String, health: DatabaseHealth) throws(StoreError) -> Reader {
        let reader: Reader
        do throws(SQLiteError) {
            reader = try Reader(path: path)
        } catch {
            try health.requireFiles()
            health.note(error)
            throw error.storeError(path: path)
        }
        try health.requireFiles()
        return reader
    }

    private func takeBack(_ reader: Reader) {
        // Nobody may ask again for long: an old snapshot must not wait for that.
        endOldSnapshot(of: reader)
        monitor.withLock {
            // Again, for what changed since: `endIdleSnapshots` did not meet this reader.
            if keepsSnapshots { endOldSnapshot(of: reader) } else { try? reader.endSnapshot() }
            lent -= 1
            idle.append(reader)
            // Threads wait only when all readers are out.
            if isClosed || lent == capacity - 1 { monitor.broadcast() }
        }
    }

    private func endOldSnapshot(of reader: Reader) {
        guard let snapshot = reader.snapshot, snapshot != commits.load(ordering: .acquiring) else { return }
        try? reader.endSnapshot()
    }

    /// Says that something was committed: each read from now on sees it.
    func noteCommit() {
        commits.add(1, ordering: .releasing)
    }

    /// Runs `body` while no reader stays on a snapshot after its read, so that a checkpoint can copy the whole log and
    /// the log can start over.
    func withoutIdleSnapshots(_ body: () -> Void) {
        endIdleSnapshots(keepingFurther: false)
        body()
        // Those of reads that are still under way end when their readers come back.
        noteCommit()
        endIdleSnapshots(keepingFurther: true)
    }

    private func endIdleSnapshots(keepingFurther: Bool) {
        monitor.withLock {
            keepsSnapshots = keepingFurther
            for reader in idle { try? reader.endSnapshot() }
        }
    }

    var readCount: UInt64 { monitor.withLock { reads } }

    /// Waits for the reads under way, and closes.
    func close() {
        let readers = monitor.withLock {
            isClosed = true
            monitor.broadcast()
            while lent > 0 { monitor.wait() }
            defer { idle = [] }
            return idle
        }
        for reader in readers { try? reader.endSnapshot() }
    }
}
