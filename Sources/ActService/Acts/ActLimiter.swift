import Documents
import Synchronization
import Threads

/// Bounds how much is done through each connection at once and in a second: what is beyond is refused, not queued, so
/// that one slow upstream can't gather everyone's requests.
final class ActLimiter: Sendable {
    enum Verdict: Equatable {
        case admitted
        /// The limit of simultaneous acts is reached.
        case tooMany(atOnce: Int)
        /// This second's share is used up.
        case tooFast(perSecond: Int)
    }

    private struct Usage {
        var current = 0
        /// Acts that may still begin, as of `refilledAt`.
        var tokens = 0.0
        var refilledAt: UInt64 = 0
    }

    private struct Key: Hashable {
        let organization: Identifier
        let connection: Identifier
    }

    private let usages = Mutex<[Key: Usage]>([:])
    /// Idle connections are forgotten when more than this many are remembered.
    private static let rememberedAtMost = 16_384

    /// How many acts are under way.
    var current: Int { usages.withLock { $0.values.reduce(0) { $0 + $1.current } } }

    /// Admits an act, which must ``leave(_:of:)``, or says why not.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - organization: Its organisation.
    ///   - concurrency: How many acts may be under way at once.
    ///   - rate: How many may begin in a second, `nil` for any number.
    ///   - now: The time, in ``MonotonicClock`` nanoseconds.
    /// - Returns: Whether it is admitted.
    func enter(
        _ connection: Identifier,
        of organization: Identifier,
        concurrency: Int,
        rate: Int?,
        now: UInt64
    ) -> Verdict {
        usages.withLock { usages in
            if usages.count >= Self.rememberedAtMost { Self.forgetIdle(in: &usages, now: now) }
            var usage = usages[Key(organization: organization, connection: connection)] ?? Usage()
            guard usage.current < concurrency else { return .tooMany(atOnce: concurrency) }
            if let rate {
                // Another act may have taken the time later, and the lock earlier.
                let time = max(now, usage.refilledAt)
                let elapsed = usage.refilledAt == 0 ? 1 : Double(time - usage.refilledAt) / 1e9
                usage.tokens = min(Double(rate), usage.tokens + elapsed * Double(rate))
                usage.refilledAt = time
                guard usage.tokens >= 1 else {
                    usages[Key(organization: organization, connection: connection)] = usage
                    return .tooFast(perSecond: rate)
                }
                usage.tokens -= 1
            }
            usage.current += 1
            usages[Key(organization: organization, connection: connection)] = usage
            return .admitted
        }
    }

    /// An act that was admitted is over.
    func leave(_ connection: Identifier, of organization: Identifier) {
        usages.withLock { usages in
            let key = Key(organization: organization, connection: connection)
            guard var usage = usages[key] else { return }
            usage.current -= 1
            // A bucket that is not full must be remembered; without a rate there is none.
            usages[key] = usage.current == 0 && usage.refilledAt == 0 ? nil : usage
        }
    }

    /// Buckets fill up within a second.
    private static func forgetIdle(in usages: inout [Key: Usage], now: UInt64) {
        usages = usages.filter { $0.value.current > 0 || now < $0.value.refilledAt + 1_000_000_000 }
    }
}
