import Synchronization

/// The address of a caller, in whichever form a door has it.
package protocol FailureSource: Hashable, Sendable {
    /// The network that one caller has: in IPv6 a /64.
    var network: Self { get }
}

/// Slows failed authentications down, per address, so that keys cannot be guessed at speed.
///
/// Only the responses to failures wait: a valid key behind the same address is never held up. How many wait is bounded
/// by the connections: each has one request at a time.
package final class FailureBrake<Source: FailureSource>: Sendable {
    private struct Record {
        /// Failures that still count; each counts for a second less than the one before it.
        var failures: Double
        var asOf: UInt64
    }

    private let records = Mutex<[Source: Record]>([:])

    /// Failures that an address has free; they come back one a second.
    package static var allowance: Int { 20 }
    /// Addresses that are remembered at most; then those without recent failures are forgotten, else all are.
    package static var addresses: Int { 4096 }
    /// The time for which a response is held back.
    package static var delay: Duration { .seconds(1) }

    package init() {}

    /// Notes a failure.
    ///
    /// - Parameters:
    ///   - address: Whose keys were wrong. All of its network count as one.
    ///   - now: In nanoseconds of a monotonic clock.
    /// - Returns: Whether its response is to be held back for ``delay``.
    package func noteFailure(from address: Source, now: UInt64) -> Bool {
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
    package var count: Int { records.withLock { $0.count } }

    private static func current(_ record: Record, now: UInt64) -> Double {
        let seconds = now > record.asOf ? Double(now - record.asOf) / 1e9 : 0
        return max(0, record.failures - seconds)
    }
}
