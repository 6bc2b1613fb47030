import Dispatch
import Foundation

/// Threads for work that blocks: as many as there is such work at a time.
///
/// A concurrent queue of Dispatch will not do: on Linux it shares its few threads with all tasks of the process. A
/// serial one gets a thread of its own where it needs one, so there is one for each job under way.
///
/// Safe to share: what changes is only touched with the lock held.
final class BlockingThreads: @unchecked Sendable {
    private let lock = NSLock()
    private var idle: [DispatchQueue] = []

    /// Does a job on a thread that may wait.
    func run(_ job: @escaping @Sendable () -> Void) {
        let queue = lock.withLock { idle.popLast() } ?? DispatchQueue(label: "DatadogClient.BlockingThreads")
        queue.async {
            job()
            self.lock.withLock { self.idle.append(queue) }
        }
    }
}
