import Foundation

/// Threads for work that blocks: as many as there is such work at a time, kept for a while.
///
/// Dispatch's own concurrent queues will not do: on Linux they share their few threads with all tasks of the process.
///
/// Safe to share: what changes is only touched with the condition's lock held.
final class BlockingThreads: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [@Sendable () -> Void] = []
    private var idle = 0

    /// In seconds.
    private static let patience = 10.0

    /// Does a job on a thread that waits for one, or on a new one.
    func run(_ job: @escaping @Sendable () -> Void) {
        condition.lock()
        jobs.append(job)
        let isTaken = idle >= jobs.count
        if isTaken { condition.signal() }
        condition.unlock()
        if !isTaken { Thread.detachNewThread { self.work() } }
    }

    private func work() {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let job = jobs.popLast() {
                condition.unlock()
                job()
                condition.lock()
                continue
            }
            idle += 1
            let isAwaited = condition.wait(until: Date(timeIntervalSinceNow: Self.patience))
            idle -= 1
            if !isAwaited, jobs.isEmpty { return }
        }
    }
}
