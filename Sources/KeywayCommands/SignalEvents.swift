import CSystem
import Platform
import Synchronization
import Threads

/// Signals of this process, as calls on a thread of their own.
///
/// A handler writes each to a pipe. A source of Dispatch misses a signal that comes while it is being set up: it is
/// ignored by then, and not yet looked for.
enum SignalEvents {
    typealias Handler = @Sendable (_ number: Int32) -> Void

    private static let handlers = Mutex<[Int32: Handler]>([:])

    /// The end of the pipe to which signals are written, -1 if there is none.
    private static let pipe: Int32 = {
        var ends: [Int32] = [-1, -1]
        guard Platform.pipe(&ends) == 0 else { return -1 }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = ends[0]
        DetachedThread.start {
            // All other threads may block them.
            var none = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, nil)
            var number: UInt8 = 0
            while true {
                let count = read(reading, &number, 1)
                if count == 1 { handlers.withLock { $0[Int32(number)] }?(Int32(number)) }
                if count == 0 || (count < 0 && errno != EINTR) { return }
            }
        }
        return ends[1]
    }()

    /// Has a handler told of signals from here on, in the place of what they did before. Where the system has no
    /// descriptor left, they go on to do that.
    static func take(_ numbers: [Int32], _ handler: @escaping Handler) {
        guard pipe >= 0 else { return }
        handlers.withLock { handlers in
            for number in numbers { handlers[number] = handler }
        }
        for number in numbers { keyway_take_signal(number, pipe) }
    }
}
