import Platform
import Threads

/// A thread that works until it is told to stop.
///
/// Safe to share: the descriptors and the thread are constants, and only ``stop()``, called once, ends their use.
package final class StoppableThread: @unchecked Sendable {
    private let body: @Sendable (_ stop: Int32) -> Void
    private let wakeReading: Int32
    private let wakeWriting: Int32
    private var thread = pthread_t()

    /// Starts it.
    ///
    /// - Parameter body: The work. It returns soon after the descriptor that it is given becomes readable.
    /// - Throws: ``HTTPServerError/system(call:reason:)``.
    package init(_ body: @escaping @Sendable (_ stop: Int32) -> Void) throws(HTTPServerError) {
        self.body = body
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
                if let context {
                    let thread = Unmanaged<StoppableThread>.fromOpaque(context).takeRetainedValue()
                    thread.body(thread.wakeReading)
                }
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

    /// Ends the thread, and returns when it has. To be called once.
    package func stop() {
        close(wakeWriting)
        pthread_join(thread, nil)
        close(wakeReading)
    }

    /// Waits until it is to stop.
    ///
    /// - Returns: Whether it is, after at most the given number of milliseconds.
    package static func isStopped(_ stop: Int32, within milliseconds: Int32) -> Bool {
        var wake = pollfd(fd: stop, events: Int16(POLLIN), revents: 0)
        return poll(&wake, 1, milliseconds) > 0
    }
}
