import Documents
import Platform
import Threads

/// Threads for reads that may take long, which neither network threads nor tasks may wait for.
///
/// They are no queue of Dispatch: on Linux that shares its few threads with all tasks of the process, so that searches
/// would hold up every change. Each key has a line of its own, the lines take turns, and no key has all of the threads:
/// who asks for much waits behind themselves.
final class FairThreads<Work: Sendable>: @unchecked Sendable {
    // Safe to share: `monitor` guards all that varies.

    struct Limits: Sendable {
        /// Reads under way.
        var threads = 4
        /// Reads under way for one key.
        var threadsPerKey = 2
        /// Reads that a thread takes together.
        var together = 1
        /// Reads that wait.
        var waiting = 1024
        /// Reads of one key that wait.
        var waitingPerKey = 64
        /// Whether the threads let those go first that answer at once and that commit.
        var giveWay = true
    }

    private struct Read {
        let work: Work
        /// `nil` of a read that has begun.
        let refused: (@Sendable () -> Void)?
    }

    /// The reads of one key, oldest first.
    private struct Line {
        var reads: [Read] = []
        var underWay = 0
    }

    /// How long a thread stays without work, in milliseconds.
    private static var idleTime: Int { 5_000 }

    private let limits: Limits
    private let body: @Sendable ([Work]) -> Void
    private let monitor = Monitor()
    private var lines: [Identifier: Line] = [:]
    /// The keys that have reads waiting: the first is the next to be served.
    private var turns: [Identifier] = []
    private var waiting = 0
    private var threads = 0
    private var idleThreads = 0

    /// - Parameters:
    ///   - limits: The limits.
    ///   - body: Does, on one of the threads, what it takes together.
    init(limits: Limits, _ body: @escaping @Sendable ([Work]) -> Void) {
        self.limits = limits
        self.body = body
    }

    /// Takes a read, which is done on one of the threads, or `refused` at once or later, on any thread.
    ///
    /// A key is refused what exceeds its line. Where all lines together are too long, the longest of them loses its
    /// newest read.
    func take(_ work: Work, for key: Identifier, refused: @escaping @Sendable () -> Void) {
        let (refused, needsThread) = monitor.withLock { () -> (Read?, Bool) in
            let read = Read(work: work, refused: refused)
            let own = length(of: key)
            guard own < limits.waitingPerKey else { return (read, false) }
            var outcast: Read?
            if waiting >= limits.waiting {
                guard let longest = turns.max(by: { length(of: $0) < length(of: $1) }),
                    length(of: longest) > own
                else { return (read, false) }
                outcast = takeNewest(of: longest)
            }
            append(read, for: key)
            if idleThreads > 0 {
                monitor.signal()
                return (outcast, false)
            }
            guard threads < limits.threads else { return (outcast, false) }
            threads += 1
            return (outcast, true)
        }
        if needsThread { DetachedThread.start { self.work() } }
        refused?.refused?()
    }

    /// Puts what is left of a read that is under way at the end of its key's line, which is never too long for it. To
    /// be called from the read's own thread.
    func takeRest(_ work: Work, for key: Identifier) {
        monitor.withLock {
            append(Read(work: work, refused: nil), for: key)
            if idleThreads > 0 { monitor.signal() }
        }
    }

    private func append(_ read: Read, for key: Identifier) {
        if length(of: key) == 0 { turns.append(key) }
        lines[key, default: Line()].reads.append(read)
        waiting += 1
    }

    /// How many reads of a key wait.
    private func length(of key: Identifier) -> Int { lines[key]?.reads.count ?? 0 }

    private func takeNewest(of key: Identifier) -> Read? {
        guard let newest = lines[key]?.reads.lastIndex(where: { $0.refused != nil }),
            let read = lines[key]?.reads.remove(at: newest)
        else { return nil }
        waiting -= 1
        if length(of: key) == 0 { turns.removeAll { $0 == key } }
        forgetIfEmpty(key)
        return read
    }

    private func forgetIfEmpty(_ key: Identifier) {
        if let line = lines[key], line.reads.isEmpty, line.underWay == 0 { lines[key] = nil }
    }

    // MARK: The threads

    private func work() {
        if limits.giveWay { giveWay() }
        var keys: [Identifier] = []
        while let taken = next(after: keys) {
            body(taken.map(\.work))
            keys = taken.map(\.key)
        }
    }

    /// Lets the threads that answer at once and that commit go first: on Linux a priority is a thread's own.
    private func giveWay() {
        #if canImport(Glibc)
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        #endif
    }

    /// The next reads, once there are some that may begin; `nil` if the thread is to end.
    private func next(after keys: [Identifier]) -> [(key: Identifier, work: Work)]? {
        monitor.withLock {
            for key in keys { end(key) }
            // This thread takes some reads itself; others may have become possible for a thread that is idle.
            if !keys.isEmpty, waiting > 0, idleThreads > 0 { monitor.signal() }
            while true {
                let next = takeNext()
                if !next.isEmpty { return next }
                idleThreads += 1
                let start = MonotonicClock.now()
                monitor.wait(milliseconds: Self.idleTime)
                idleThreads -= 1
                let waited = (MonotonicClock.now() - start) / 1_000_000
                if waiting == 0, waited >= Self.idleTime / 2 {
                    threads -= 1
                    return nil
                }
            }
        }
    }

    private func end(_ key: Identifier) {
        lines[key]?.underWay -= 1
        forgetIfEmpty(key)
    }

    /// The oldest reads of the lines whose turn it is.
    private func takeNext() -> [(key: Identifier, work: Work)] {
        var taken: [(key: Identifier, work: Work)] = []
        while taken.count < limits.together, let next = takeOne() { taken.append(next) }
        return taken
    }

    private func takeOne() -> (key: Identifier, work: Work)? {
        let turn = turns.firstIndex { (lines[$0]?.underWay ?? 0) < limits.threadsPerKey }
        guard let turn, var line = lines[turns[turn]], !line.reads.isEmpty else { return nil }
        let key = turns.remove(at: turn)
        // With its copy here, the line's array would be copied as a whole.
        lines[key] = nil
        let read = line.reads.removeFirst()
        line.underWay += 1
        waiting -= 1
        if !line.reads.isEmpty { turns.append(key) }
        lines[key] = line
        return (key, read.work)
    }
}
