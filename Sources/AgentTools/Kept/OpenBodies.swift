import Synchronization
import Threads

/// The bodies that are still coming. Those that take too long are cut off by one task, which ends when there are none.
final class OpenBodies: Sendable {
    private struct State {
        var bodies: [ObjectIdentifier: (body: AgentActBody, deadline: UInt64)] = [:]
        var isWatched = false
    }

    /// How long a body is waited for, in nanoseconds.
    private static let patience: UInt64 = 30_000_000_000
    private static let interval: Duration = .seconds(1)

    private let state = Mutex(State())

    /// How many there are.
    var count: Int { state.withLock { $0.bodies.count } }

    /// Adds a body, which is to be removed when it ends.
    func add(_ body: AgentActBody, now: UInt64 = MonotonicClock.now()) {
        let needsWatch = state.withLock { state in
            state.bodies[ObjectIdentifier(body)] = (body, now + Self.patience)
            defer { state.isWatched = true }
            return !state.isWatched
        }
        if needsWatch { watch() }
    }

    func remove(_ body: AgentActBody) {
        state.withLock { _ = $0.bodies.removeValue(forKey: ObjectIdentifier(body)) }
    }

    private func watch() {
        Task { [weak self] in
            repeat {
                try? await Task.sleep(for: Self.interval)
            } while self?.cutOffLate() ?? false
        }
    }

    /// Cuts off those that take too long.
    ///
    /// - Returns: Whether there are others to be looked at again.
    @discardableResult
    func cutOffLate(now: UInt64 = MonotonicClock.now()) -> Bool {
        let (late, isWatched) = state.withLock { state in
            let late = state.bodies.values.filter { $0.deadline <= now }.map { $0.body }
            for body in late { state.bodies[ObjectIdentifier(body)] = nil }
            state.isWatched = !state.bodies.isEmpty
            return (late, state.isWatched)
        }
        // Not within the lock: it ends them.
        for body in late { body.cutOff(.time) }
        return isWatched
    }
}
