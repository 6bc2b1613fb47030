import Dispatch
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
    // Safe to share: set once, and from then on only kept alive.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    /// From here on the signals no longer end the process by themselves.
    init() {
        (hangups, hangup) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let queue = DispatchQueue(label: "keyway.signals")
        let signals = [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT"), (SIGHUP, "SIGHUP")]
        sources = signals.map { number, _ in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (source, (number, name)) in zip(sources, signals) {
            source.setEventHandler { [weak self] in
                if number == SIGHUP { self?.hangup.yield() } else { self?.end(name, number: number) }
            }
            source.resume()
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
