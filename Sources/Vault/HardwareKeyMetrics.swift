import Synchronization
import Threads

/// Counts what is asked of master keys in hardware.
package final class HardwareKeyMetrics: Sendable {
    package let wraps = Operation()
    package let unwraps = Operation()

    /// One of the things that are asked.
    package final class Operation: Sendable {
        package struct Counts: Sendable {
            package var done: UInt64 = 0
            /// Refused, since what was to be unwrapped is not authentic.
            package var refused: UInt64 = 0
            /// Not done, since the hardware or its module did not answer.
            package var unavailable: UInt64 = 0
            package var nanoseconds: UInt64 = 0
        }

        private let counts = Mutex(Counts())

        package var current: Counts { counts.withLock { $0 } }

        func measure<Result: Sendable>(
            _ body: () async throws(VaultError) -> Result
        ) async throws(VaultError) -> Result {
            let start = MonotonicClock.now()
            do throws(VaultError) {
                let result = try await body()
                count(start, \.done)
                return result
            } catch .unavailable(let reason) {
                count(start, \.unavailable)
                throw .unavailable(reason: reason)
            } catch {
                count(start, \.refused)
                throw error
            }
        }

        private func count(_ start: UInt64, _ outcome: WritableKeyPath<Counts, UInt64>) {
            let time = MonotonicClock.now() - start
            counts.withLock { counts in
                counts[keyPath: outcome] += 1
                counts.nanoseconds += time
            }
        }
    }
}
