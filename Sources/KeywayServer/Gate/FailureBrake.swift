import HTTPServer
import Synchronization

/// Slows failed authentications down, per address, so that keys cannot be guessed at speed.
///
/// Only the answers to failures wait: a valid key behind the same address is never held up. How many wait is bounded by
/// the connections: each has one request at a time.
final class FailureBrake: Sendable {
    private struct Record {
        /// Failures that still count; each counts for a second less than the one before it.
        var failures: Double
        var asOf: UInt64
    }

    private let records = Mutex<[RemoteAddress: Record]>([:])

    /// Failures that an address has free; they come back one a second.
    static let allowance = 20
    /// Addresses that are remembered at most; then those without recent failures are forgotten, else all are.
    static let addresses = 4096
    /// How long an answer is held back.
    static let delay = Duration.seconds(1)

    /// Notes a failure.
    ///
    /// - Parameters:
    ///   - address: Whose keys were wrong. In IPv6 all of its /64 network count as one.
    ///   - now: In nanoseconds of a monotonic clock.
    /// - Returns: Whether its answer is to be held back for ``delay``.
    func noteFailure(from address: RemoteAddress, now: UInt64) -> Bool {
        let address = address.network
        let allowance = Double(Self.allowance)
        return records.withLock { records in
            if records.count >= Self.addresses, records[address] == nil {
                records = records.filter { Self.current($0.value, now: now) >= 1 }
                if records.count >= Self.addresses { records.removeAll() }
            }
            let failures = (records[address].map { Self.current($0, now: now) } ?? 0) + 1
            records[address] = Record(failures: min(failures, 2 * allowance), asOf: now)
            return failures > allowance
        }
    }

    /// The addresses that are remembered.
    var count: Int { records.withLock { $0.count } }

    private static func current(_ record: Record, now: UInt64) -> Double {
        let seconds = now > record.asOf ? Double(now - record.asOf) / 1e9 : 0
        return max(0, record.failures - seconds)
    }
}
