import Threads

/// The thread that breaks connections whose request is overdue, or whose client has left without a word: the engine
/// itself only notices silent ones.
final class Reaper: Sendable {
    private let thread: StoppableThread

    init(registry: ConnectionRegistry, requestTimeout: Int) throws(HTTPServerError) {
        let period = Int32(clamping: min(max(requestTimeout * 250, 50), 1_000))
        thread = try StoppableThread { stop in
            while !StoppableThread.isStopped(stop, within: period) {
                registry.breakOverdue(at: MonotonicClock.now())
            }
        }
    }

    /// Ends the thread. To be called once.
    func stop() { thread.stop() }
}
