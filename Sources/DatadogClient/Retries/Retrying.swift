/// Decides about repetitions: told how an attempt ended, it says what to do. It sends nothing and waits for nothing.
struct Retrying {
    /// How an attempt ended.
    enum Outcome: Equatable {
        /// - Parameter reset: The value of `X-RateLimit-Reset`, if there was one.
        case answered(status: Int, reset: String?)
        case failed(TransportError.Reason)
    }

    enum Decision: Equatable {
        case wait(Duration)
        case stop
    }

    let policy: RetryPolicy
    /// Whether a server that saw the request twice would do no harm.
    let isRepeatable: Bool
    private(set) var retries = 0
    private var waited = Duration.zero

    init(_ policy: RetryPolicy, isRepeatable: Bool) {
        self.policy = policy
        self.isRepeatable = isRepeatable
    }

    /// Decides what to do after an attempt; `jitter`, from 0 to 1, is the part by which to shorten the half of a wait
    /// of our own.
    mutating func next(after outcome: Outcome, jitter: Double) -> Decision {
        guard retries < policy.maximumRetries, let wait = wait(after: outcome, jitter: jitter),
            waited + wait <= policy.greatestWait
        else { return .stop }
        retries += 1
        waited += wait
        return .wait(wait)
    }

    private func wait(after outcome: Outcome, jitter: Double) -> Duration? {
        switch outcome {
        case .answered(429, let reset): return Self.wait(untilReset: reset) ?? backoff(jitter)
        case .answered(500..., _): return isRepeatable ? backoff(jitter) : nil
        case .answered: return nil
        case .failed(.refused): return backoff(jitter)
        case .failed(.lost): return isRepeatable ? backoff(jitter) : nil
        case .failed: return nil
        }
    }

    private func backoff(_ jitter: Double) -> Duration {
        var factor = 1.0
        for _ in 0..<retries { factor *= policy.multiplier }
        return policy.base * (factor * (1 - jitter / 2))
    }

    /// The wait that `X-RateLimit-Reset` asks for, in whole seconds; at least one, so that 0 does not mean a burst.
    static func wait(untilReset reset: String?) -> Duration? {
        guard let reset, let seconds = Int(reset), (0...Int(Int32.max)).contains(seconds) else { return nil }
        return .seconds(max(1, seconds))
    }
}
