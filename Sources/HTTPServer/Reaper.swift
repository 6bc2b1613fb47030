import Threads

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The thread that breaks connections whose request is overdue: the engine itself only notices silent ones.
///
/// Safe to share: the descriptors and the thread are constants, and only `stop`, called once, ends their use.
final class Reaper: @unchecked Sendable {
    private let registry: ConnectionRegistry
    private let period: Int32
    private let wakeReading: Int32
    private let wakeWriting: Int32
    private var thread = pthread_t()

    init(registry: ConnectionRegistry, requestTimeout: Int) throws(HTTPServerError) {
        self.registry = registry
        period = Int32(clamping: min(max(requestTimeout * 250, 50), 1_000))
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw .system(call: "pipe", reason: ListeningSocket.reason(errno))
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wakeReading = ends[0]
        wakeWriting = ends[1]
        let context = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Reaper>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            context.toOpaque()
        )
        guard status == 0 else {
            context.release()
            close(wakeReading)
            close(wakeWriting)
            throw .system(call: "pthread_create", reason: ListeningSocket.reason(status))
        }
    }

    private func run() {
        var wake = pollfd(fd: wakeReading, events: Int16(POLLIN), revents: 0)
        while true {
            let events = poll(&wake, 1, period)
            if events > 0 { return }
            registry.breakOverdue(at: MonotonicClock.now())
        }
    }

    /// Ends the thread. To be called once.
    func stop() {
        close(wakeWriting)
        pthread_join(thread, nil)
        close(wakeReading)
    }
}
