import Synchronization
import Threads

/// Counts how long things took, in the buckets of a Prometheus histogram.
package final class Histogram: Sendable {
    package struct Counts {
        package var buckets: [UInt64]
        package var count: UInt64 = 0
        package var nanoseconds: UInt64 = 0
    }

    /// The upper bounds in seconds, except the last, which is infinite.
    package static let bounds: [Double] = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    private static let nanosecondBounds = bounds.map { UInt64($0 * 1e9) }

    private let counts = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))

    package init() {}

    package func observe(nanoseconds: UInt64) {
        let bucket = Self.nanosecondBounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
        counts.withLock { counts in
            counts.buckets[bucket] += 1
            counts.count += 1
            counts.nanoseconds += nanoseconds
        }
    }

    /// Observes how long `body` takes.
    package func time<Result>(_ body: () throws -> Result) rethrows -> Result {
        let start = MonotonicClock.now()
        defer { observe(nanoseconds: MonotonicClock.now() - start) }
        return try body()
    }

    /// Observes how long `body` takes.
    package func time<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        let start = MonotonicClock.now()
        defer { observe(nanoseconds: MonotonicClock.now() - start) }
        return try await body()
    }

    package var current: Counts { counts.withLock { $0 } }
}
