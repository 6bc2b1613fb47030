import Threads

/// Jobs that wait for the threads that work.
///
/// Safe to share: `monitor` guards all that varies.
final class JobQueue<Job: Sendable>: @unchecked Sendable {
    private let monitor = Monitor()
    private var jobs: [Job] = []

    func put(_ job: Job) {
        monitor.withLock {
            jobs.append(job)
            monitor.signal()
        }
    }

    /// The first job, once there is one.
    func take() -> Job {
        monitor.withLock {
            while jobs.isEmpty { monitor.wait() }
            return jobs.removeFirst()
        }
    }
}
