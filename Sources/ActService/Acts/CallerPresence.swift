import Synchronization

/// Whether the caller of an act is still there, and the way to end the stage that the act is in: waiting for a token,
/// or for the third party.
///
/// Each stage ends once: by itself, or because the caller has left.
final class CallerPresence: Sendable {
    private struct State {
        var hasLeft = false
        var end: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Whether the caller has gone.
    var hasLeft: Bool { state.withLock { $0.hasLeft } }

    /// Enters a stage.
    ///
    /// - Parameter end: Ends it when the caller leaves; called once at most, and kept until the stage ends: it must
    ///   hold no secret.
    /// - Returns: Whether the caller is there: the stage is not to begin otherwise.
    func enter(_ end: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if !state.hasLeft { state.end = end }
            return !state.hasLeft
        }
    }

    /// The stage has come to its end.
    ///
    /// - Returns: Whether it has by itself: otherwise it was ended.
    func stageEnded() -> Bool {
        state.withLock { state in
            state.end = nil
            return !state.hasLeft
        }
    }

    /// The caller has left.
    func callerHasLeft() {
        let end = state.withLock { state in
            defer {
                state.hasLeft = true
                state.end = nil
            }
            return state.end
        }
        end?()
    }
}
