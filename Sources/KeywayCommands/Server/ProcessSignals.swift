import Platform
import Synchronization

/// The signals that a server takes, as events: SIGTERM and SIGINT ask it to end (a second one ends it at once), SIGHUP
/// asks it to read its master keys again.
final class ProcessSignals: Sendable {
    private struct State {
        var received: String?
        var waiter: CheckedContinuation<String, Never>?
    }

    /// An element for each SIGHUP; several that come together may be one.
    let hangups: AsyncStream<Void>
    private let hangup: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    /// From here on the signals no longer end the process by themselves.
    init() {
        (hangups, hangup) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        SignalEvents.take([SIGTERM, SIGINT, SIGHUP]) { [weak self] number in
            switch number {
            case SIGHUP: self?.hangup.yield()
            case SIGINT: self?.end("SIGINT", number: number)
            default: self?.end("SIGTERM", number: number)
            }
        }
    }

    /// The name of the first signal that asks to end, once there is one.
    func end() async -> String {
        await withCheckedContinuation { continuation in
            let received = state.withLock { state in
                if state.received == nil { state.waiter = continuation }
                return state.received
            }
            if let received { continuation.resume(returning: received) }
        }
    }

    private func end(_ name: String, number: Int32) {
        let (isFirst, waiter) = state.withLock { state in
            let isFirst = state.received == nil
            state.received = state.received ?? name
            defer { state.waiter = nil }
            return (isFirst, state.waiter)
        }
        guard isFirst else { _exit(128 + number) }
        waiter?.resume(returning: name)
    }
}
