@testable import Egress
import Threads

/// Keeps what a transfer brings, and lets a test wait for it.
final class Recorder: ResponseReceiver, @unchecked Sendable {
    // Safe to share: the lock guards the state.
    private struct State {
        var heads: [ResponseHead] = []
        var body: [UInt8] = []
        var coded: [UInt8] = []
        var decoded = 0
        var ends: [EgressError?] = []
        var waiting: [(isMet: (Recorder.Facts) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

        var facts: Facts { Facts(heads: heads, body: body, coded: coded, decoded: decoded, ends: ends) }
    }

    /// The events so far.
    struct Facts {
        let heads: [ResponseHead]
        let body: [UInt8]
        /// The body as it came, and how much of it was decoded to the last; empty unless that is asked for.
        let coded: [UInt8]
        let decoded: Int
        /// One element once the transfer has ended; `nil` in it stands for success.
        let ends: [EgressError?]

        var text: String { String(decoding: body, as: UTF8.self) }
        var error: EgressError? { ends.first ?? nil }
    }

    private let lock = Lock()
    private var state = State()
    private let demand: @Sendable (_ total: Int) -> Demand

    /// - Parameter demand: Asked after the head, with 0, and after each piece.
    init(demand: @escaping @Sendable (_ total: Int) -> Demand = { _ in .more }) {
        self.demand = demand
    }

    var facts: Facts { lock { state.facts } }

    func received(_ head: ResponseHead) -> Demand {
        change { $0.heads.append(head) }
        return demand(0)
    }

    func received(_ piece: UnsafeRawBufferPointer) -> Demand {
        let total = lock {
            state.body += piece
            return state.body.count
        }
        change { _ in }
        return demand(total)
    }

    func receivedCoded(_ piece: UnsafeRawBufferPointer, decoded: Int) -> Demand {
        change { state in
            state.coded += piece
            state.decoded = decoded
        }
        return .more
    }

    func finished(_ error: EgressError?) {
        change { $0.ends.append(error) }
    }

    /// Waits until the condition is met.
    func wait(until isMet: @escaping @Sendable (Facts) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isMetNow = lock {
                if isMet(state.facts) { return true }
                state.waiting.append((isMet, continuation))
                return false
            }
            if isMetNow { continuation.resume() }
        }
    }

    /// Waits for the end.
    func end() async -> Facts {
        await wait { !$0.ends.isEmpty }
        return facts
    }

    private func change(_ body: (inout State) -> Void) {
        let met = lock {
            body(&state)
            if state.waiting.isEmpty { return [CheckedContinuation<Void, Never>]() }
            let facts = state.facts
            let met = state.waiting.filter { $0.isMet(facts) }.map(\.continuation)
            state.waiting.removeAll { $0.isMet(facts) }
            return met
        }
        for continuation in met { continuation.resume() }
    }
}
