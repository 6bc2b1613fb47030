import HTTPServer
import Synchronization

/// Slows failed authentications down, per address, so that keys cannot be guessed at speed.
///
/// Only the answers to failures wait: a valid key behind the same address is never held up.
final class FailureBrake: Sendable {
    private struct Record {
        /// Failures that still count; each counts for a second less than the one before it.
        var failures: Double
        var asOf: UInt64
    }

    private struct State {
        var records: [RemoteAddress: Record] = [:]
        var waiting = 0
    }

    private let state = Mutex(State())

    /// Failures that an address has free; they come back one a second.
    private static let allowance = 20.0
    /// Addresses that are remembered at most; then those without recent failures are forgotten, else all are.
    private static let addresses = 4096
    /// Answers held back at the same time at most; any more leave at once.
    private static let waitingAtMost = 128
    /// How long an answer is held back.
    static let delay = Duration.seconds(1)

    /// Notes a failure.
    ///
    /// - Returns: Whether its answer is to be held back for ``delay``; then ``release()`` must follow.
    func noteFailure(from address: RemoteAddress, now: UInt64) -> Bool {
        state.withLock { state in
            if state.records.count >= Self.addresses, state.records[address] == nil {
                state.records = state.records.filter { Self.current($0.value, now: now) >= 1 }
                if state.records.count >= Self.addresses { state.records.removeAll() }
            }
            let failures = (state.records[address].map { Self.current($0, now: now) } ?? 0) + 1
            state.records[address] = Record(failures: min(failures, 2 * Self.allowance), asOf: now)
            guard failures > Self.allowance, state.waiting < Self.waitingAtMost else { return false }
            state.waiting += 1
            return true
        }
    }

    /// An answer that was held back has left.
    func release() {
        state.withLock { $0.waiting -= 1 }
    }

    private static func current(_ record: Record, now: UInt64) -> Double {
        let seconds = now > record.asOf ? Double(now - record.asOf) / 1e9 : 0
        return max(0, record.failures - seconds)
    }
}
