package import Documents
import Synchronization
import Threads

/// How many requests an application key may send in how many seconds.
package struct RateLimit: Sendable, Equatable {
    package let requests: Int
    package let seconds: Int

    package init(requests: Int, seconds: Int) {
        precondition(requests > 0 && seconds > 0, "a rate limit allows something")
        self.requests = requests
        self.seconds = seconds
    }

    /// A limit that no person and no Terraform run meets.
    package static let standard = RateLimit(requests: 60_000, seconds: 60)
}

/// Gives every key a bucket of its own: application keys, and API keys where they come alone.
package final class RateLimiter: Sendable {
    private let limit: RateLimit?
    private let buckets = Mutex<[Identifier: TokenBucket]>([:])

    /// - Parameter limit: `nil` for no limit.
    package init(limit: RateLimit?) {
        self.limit = limit
    }

    /// The bucket of a valid key, or `nil` if there is no limit.
    ///
    /// - Parameters:
    ///   - key: The key's id.
    ///   - name: The limit's name in responses.
    /// - Returns: The same bucket each time.
    package func bucket(of key: Identifier, named name: String) -> TokenBucket? {
        guard let limit else { return nil }
        return buckets.withLock { buckets in
            if let bucket = buckets[key] { return bucket }
            let bucket = TokenBucket(limit: limit, name: name, now: MonotonicClock.now())
            buckets[key] = bucket
            return bucket
        }
    }
}

/// A token bucket: full at first, it fills up again at the limit's rate, and each request takes a token.
package final class TokenBucket: Sendable {
    private struct Level {
        var tokens: Double
        var asOf: UInt64
    }

    private let limit: RateLimit
    private let name: String
    private let perNanosecond: Double
    private let level: Mutex<Level>
    /// The tolerance for sums of fractions: a caller who waits as long as told gets a token.
    private static let tolerance = 1e-6

    /// - Parameters:
    ///   - limit: The bucket holds as many tokens as it has requests.
    ///   - name: The limit's name in responses.
    ///   - now: In nanoseconds of a monotonic clock, as everywhere here.
    package init(limit: RateLimit, name: String = "application_key", now: UInt64) {
        self.limit = limit
        self.name = name
        perNanosecond = Double(limit.requests) / (Double(limit.seconds) * 1e9)
        level = Mutex(Level(tokens: Double(limit.requests), asOf: now))
    }

    /// Takes a token, if there is one.
    package func take(now: UInt64) -> Quota {
        let (isAllowed, tokens) = level.withLock { level in
            if now > level.asOf {
                level.tokens = min(
                    Double(limit.requests),
                    level.tokens + Double(now - level.asOf) * perNanosecond
                )
                level.asOf = now
            }
            guard level.tokens >= 1 - Self.tolerance else { return (false, level.tokens) }
            level.tokens = max(0, level.tokens - 1)
            return (true, level.tokens)
        }
        // Until the bucket is full again; for one who was refused, until the next token.
        let missing = isAllowed ? Double(limit.requests) - tokens : 1 - tokens
        let seconds = Int((missing / perNanosecond / 1e9 - Self.tolerance).rounded(.up))
        return Quota(limit: limit, name: name, isAllowed: isAllowed, remaining: Int(tokens), reset: max(1, seconds))
    }
}

/// The rest of a limit after a request.
package struct Quota: Sendable, Equatable {
    package let limit: RateLimit
    package let name: String
    package let isAllowed: Bool
    package let remaining: Int
    /// In whole seconds, at least 1: official clients retry at once on 0.
    package let reset: Int

    package init(limit: RateLimit, name: String, isAllowed: Bool, remaining: Int, reset: Int) {
        self.limit = limit
        self.name = name
        self.isAllowed = isAllowed
        self.remaining = remaining
        self.reset = reset
    }
}
