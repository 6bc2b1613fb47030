import Synchronization

/// Lets one change at a time read, decide and commit.
///
/// Keys and users have no revision by which the store could tell that what a change was made from is out of date. Two
/// edits of one user at once would else undo each other, and a role that was taken could come back.
final class ChangeQueue: Sendable {
    private struct State {
        var isBusy = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Runs a change when those before it are done.
    func run<Result: Sendable>(_ change: () async throws -> Result) async throws -> Result {
        await enter()
        defer { leave() }
        return try await change()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isBusy { state.waiting.append(continuation) }
                defer { state.isBusy = true }
                return !state.isBusy
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.isBusy = false
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
