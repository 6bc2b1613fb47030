import Platform
import Threads

/// Knows the generation of access, and for how long it may be believed.
///
/// A thread of its own reads the state of access again and again, and at once when another node says that it changed.
/// A notification alone proves nothing, and silence even less: with a standby away, no notification comes at all. So
/// the generation counts as known only for ``PostgresConfiguration/accessStaleness`` after a read was sent.
final class AccessWatch: @unchecked Sendable {
    // Safe to share: `lock` guards what varies; the connection is the thread's alone.
    private let connector: Connector
    private let lock = Lock()

    /// The number that is told. It is this process's own: it rises with each other state that is met, also with one
    /// of a lower generation, as after a crash.
    private var generation: UInt64 = 1
    private var state: AccessState?
    /// When the state was learned, and until when it counts as known.
    private var learnedAt: UInt64 = 0
    private var confirmedAt: UInt64 = 0
    private var isReachable = true

    private let monitor = Monitor()
    private var isStopping = false
    private var isStopped = false
    /// A pipe, into which a byte ends the thread's wait.
    private let wake: (read: Int32, write: Int32)

    init(_ connector: Connector) {
        self.connector = connector
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        precondition(status == 0, "the process has descriptors left")
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wake = (ends[0], ends[1])
    }

    deinit {
        Platform.close(wake.read)
        Platform.close(wake.write)
    }

    private var staleness: Duration { connector.configuration.accessStaleness }

    /// The generation, without waiting; `nil` if it was not confirmed for too long.
    var known: UInt64? {
        lock { AccessState.now() &- confirmedAt <= staleness.nanoseconds ? generation : nil }
    }

    /// Whether the database answered when it was last asked.
    var answers: Bool { lock { isReachable } }

    /// Takes note of a state that was read.
    ///
    /// - Returns: The generation that it is.
    @discardableResult
    func learn(_ new: AccessState) -> UInt64 {
        lock {
            defer { confirmedAt = max(confirmedAt, new.readAt) }
            guard let state else {
                self.state = new
                learnedAt = AccessState.now()
                return generation
            }
            if new.generation == state.generation, new.mark == state.mark { return generation }
            // A read that began before the later state was learned may well have the earlier one.
            if new.generation < state.generation, new.readAt <= learnedAt { return generation }
            self.state = new
            learnedAt = AccessState.now()
            generation += 1
            return generation
        }
    }

    /// Nothing is known any more: a change of access may have been made, or not.
    func doubt() {
        lock {
            generation += 1
            confirmedAt = 0
        }
    }

    // MARK: The thread

    func start() {
        DetachedThread.start { self.run() }
    }

    private func run() {
        while !monitor.withLock({ isStopping }) {
            do throws(PostgresError) {
                try watch()
            } catch {
                lock { isReachable = false }
                pause()
            }
        }
        monitor.withLock {
            isStopped = true
            monitor.broadcast()
        }
    }

    /// Reads the state until the connection breaks or the thread is to stop.
    private func watch() throws(PostgresError) {
        let (connection, isDirect) = try connector.connectToListen()
        let interval = max(staleness / 4, .milliseconds(5))
        if isDirect { _ = try connection.run(AccessState.listening, within: connector.configuration.patience) }
        // What was under way when an earlier connection broke may be lost, so that others go on from another state.
        while !monitor.withLock({ isStopping }) {
            let start = AccessState.now()
            let row = try connection.run(AccessState.watching, within: max(staleness, .milliseconds(500))).first
            guard let row, !row.flag(2) else { throw .unreachable("it is a standby, which takes no writes") }
            try connector.requireTimeline(row.integer(3))
            learn(AccessState(row, readAt: start))
            lock { isReachable = true }
            try connection.awaitNotification(or: wake.read, for: interval)
        }
    }

    private func pause() {
        var request = pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)
        poll(&request, 1, 100)
    }

    func stop() {
        monitor.withLock { isStopping = true }
        var byte: UInt8 = 0
        Platform.write(wake.write, &byte, 1)
        monitor.withLock { while !isStopped { monitor.wait() } }
    }
}
