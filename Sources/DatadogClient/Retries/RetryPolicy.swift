/// Whether and how often to repeat a request that failed.
///
/// As in the official clients, a response of 429 is followed by a wait of as many seconds as its header
/// `X-RateLimit-Reset` says, and one from 500 up by a wait that doubles from attempt to attempt, with jitter. A `POST`,
/// which is not safe to repeat, is repeated after 429 alone, and where no connection came about.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a request is repeated at most.
    public var maximumRetries: Int
    /// The wait before the first repetition, where the server names none.
    public var base: Duration
    /// By how much each wait is longer than the one before.
    public var multiplier: Double
    /// How long all waits of one operation may take together; a longer one is not begun.
    public var greatestWait: Duration

    /// Describes a policy; left as they are, the numbers are those of the official clients.
    ///
    /// - Parameters:
    ///   - maximumRetries: How often a request is repeated at most.
    ///   - base: The wait before the first repetition, where the server names none.
    ///   - multiplier: By how much each wait is longer than the one before.
    ///   - greatestWait: How long all waits of one operation may take together.
    public init(
        maximumRetries: Int = 3,
        base: Duration = .seconds(2),
        multiplier: Double = 2,
        greatestWait: Duration = .seconds(60)
    ) {
        self.maximumRetries = maximumRetries
        self.base = base
        self.multiplier = multiplier
        self.greatestWait = greatestWait
    }

    /// No repetition: what the official clients do unless told otherwise.
    public static let off = RetryPolicy(maximumRetries: 0)

    /// At most three repetitions, with waits of about 2, 4 and 8 s, 60 s at most together.
    public static let standard = RetryPolicy()
}
