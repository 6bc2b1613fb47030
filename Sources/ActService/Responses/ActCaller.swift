import Egress
import Synchronization

/// The caller's side of a streamed response: asks for more of it, or gives it up. It holds neither the response nor any
/// secret, since it lives as long as the slowest reader.
package final class ActCaller: Sendable {
    private struct State {
        var transfer: Transfer?
        /// There is room again, but the transfer was not known yet.
        var owesResume = false
        var hasLeft = false
        /// The response has come to its end.
        var isServed = false
    }

    private let state = Mutex(State())

    /// Whether the caller has gone, or has all of the response.
    var hasLeft: Bool { state.withLock { $0.hasLeft } }

    /// Controls a transfer that has begun, unless it has ended by now.
    func waits(for transfer: Transfer) {
        let (hasLeft, owesResume) = state.withLock { state in
            if !state.isServed { state.transfer = transfer }
            return (state.hasLeft, state.owesResume)
        }
        if hasLeft { transfer.cancel() }
        if owesResume { transfer.resume() }
    }

    /// Lets go of the transfer, which has ended.
    func waitsNoMore() {
        state.withLock { state in
            state.isServed = true
            state.transfer = nil
        }
    }

    // MARK: Told by the door

    /// There is room for more of the response, after a write that left none.
    package func hasRoom() {
        let transfer = state.withLock { state in
            if state.transfer == nil { state.owesResume = true }
            return state.transfer
        }
        transfer?.resume()
    }

    /// The caller has gone, or has all of the response.
    package func leaves() {
        let transfer = state.withLock { state in
            state.hasLeft = true
            return state.transfer
        }
        // Of no effect once the response has come to its end.
        transfer?.cancel()
    }
}
