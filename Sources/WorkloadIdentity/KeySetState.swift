import Cryptography
import Documents

/// The keys of one issuer as they are known, and when to ask for them again: decides, and does nothing itself.
struct KeySetState {
    enum Decision {
        case use(WebTokenKey)
        case refuse(TokenRefusal)
        case fetch
    }

    /// How long keys are used without asking again, in nanoseconds: a key that the issuer took back is good no longer.
    static let freshness: UInt64 = 15 * 60 * second
    /// How long keys are used while the issuer cannot be reached.
    static let reserve: UInt64 = 4 * 60 * 60 * second
    /// How long it takes until a key that was not there, or an issuer that failed, is asked for again.
    static let pause: UInt64 = 60 * second
    /// The same for an issuer of which no keys are known.
    static let shortPause: UInt64 = 10 * second

    private static let second: UInt64 = 1_000_000_000

    private var keys: KeySet?
    private var fetchedAt: UInt64 = 0
    private var askedAt: UInt64?
    private var failure: IssuerFailure?

    func decision(for id: JSONText?, _ algorithm: WebTokenKey.Algorithm, at now: UInt64) -> Decision {
        let mayAsk = askedAt.map { now >= $0 + (keys == nil ? Self.shortPause : Self.pause) } ?? true
        guard let keys = keysInReserve(at: now) else {
            return mayAsk ? .fetch : .refuse(.issuerUnavailable(failure ?? .malformedKeys))
        }
        let isFresh = now < fetchedAt + Self.freshness
        if isFresh || !mayAsk, let key = keys.key(id, algorithm) { return .use(key) }
        return mayAsk ? .fetch : .refuse(.unknownKey)
    }

    /// The keys, unless they are too old to be used at all.
    func keysInReserve(at now: UInt64) -> KeySet? {
        now < fetchedAt + Self.reserve ? keys : nil
    }

    /// Notes what came of asking.
    mutating func note(_ outcome: Result<KeySet, IssuerFailure>, at now: UInt64) {
        askedAt = now
        switch outcome {
        case .success(let keys):
            self.keys = keys
            fetchedAt = now
            failure = nil
        case .failure(let failure):
            self.failure = failure
        }
    }
}
