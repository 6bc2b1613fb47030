package import Documents
import Synchronization

/// Remembers proofs that were taken for as long as they could be taken again: each counts once.
///
/// One that was made before the start counts for nothing, since it may have been taken before.
package final class ProofMemory: Sendable {
    private let startedAt: Timestamp
    /// How long a proof can be taken around its time, in seconds.
    private let window: Int64
    /// The ends of proofs, by their signatures.
    private let taken = Mutex<[String: Timestamp]>([:])

    /// More than are taken within a window; beyond them none is.
    private static let countAtMost = 100_000

    package init(startedAt: Timestamp = .now, window: Int64) {
        // Proofs' times are whole seconds.
        self.startedAt = Timestamp(microseconds: startedAt.microseconds / 1_000_000 * 1_000_000)
        self.window = window
    }

    package enum Verdict: Sendable, Equatable {
        case taken
        /// It was taken before, or may have been.
        case repeated
        /// Too many were taken.
        case full
    }

    /// Takes a proof.
    ///
    /// - Parameters:
    ///   - signature: A text that no other proof has.
    ///   - time: The proof's own time.
    ///   - now: The time.
    /// - Returns: Whether it counts.
    package func take(_ signature: String, of time: Timestamp, now: Timestamp) -> Verdict {
        guard time >= startedAt else { return .repeated }
        return taken.withLock { taken in
            if taken.count >= Self.countAtMost { taken = taken.filter { $0.value >= now } }
            guard taken.count < Self.countAtMost else { return .full }
            guard taken[signature] == nil else { return .repeated }
            taken[signature] = Timestamp(microseconds: time.microseconds + (window + 1) * 1_000_000)
            return .taken
        }
    }

    /// Forgets a proof for which nothing was given.
    package func forget(_ signature: String) {
        taken.withLock { $0[signature] = nil }
    }
}
