/// Threads on which tasks may wait, for those that read from a store that does not answer at once: Swift's own threads
/// are few, and one that waits keeps all other tasks from theirs.
///
/// Safe to share: `monitor` guards all that varies.
package final class WaitingExecutor: TaskExecutor, @unchecked Sendable {
    /// How long a thread stays without work, in milliseconds.
    private static let idleTime = 5_000

    private let limit: Int
    private let monitor = Monitor()
    private var jobs: [UnownedJob] = []
    /// The place of the next job among `jobs`; those before it are under way or done.
    private var next = 0
    private var threads = 0
    private var idleThreads = 0

    /// - Parameter limit: The threads that there are at most. None is started before it is needed.
    package init(limit: Int = 8) {
        self.limit = limit
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = monitor.withLock {
            jobs.append(job)
            if idleThreads > 0 {
                monitor.signal()
                return false
            }
            guard threads < limit else { return false }
            threads += 1
            return true
        }
        if needsThread { DetachedThread.start { self.work() } }
    }

    private func work() {
        while let job = takeNext() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// The next job, once there is one; `nil` if the thread is to end.
    private func takeNext() -> UnownedJob? {
        monitor.withLock {
            while next == jobs.count {
                idleThreads += 1
                let start = MonotonicClock.now()
                monitor.wait(milliseconds: Self.idleTime)
                idleThreads -= 1
                let waited = (MonotonicClock.now() - start) / 1_000_000
                if next == jobs.count, waited >= Self.idleTime / 2 {
                    threads -= 1
                    return nil
                }
            }
            defer { forgetTaken() }
            next += 1
            return jobs[next - 1]
        }
    }

    /// Keeps the queue from growing, at a cost that is constant for each job.
    private func forgetTaken() {
        guard next == jobs.count || next >= 1_024 else { return }
        jobs.removeFirst(next)
        next = 0
    }
}
