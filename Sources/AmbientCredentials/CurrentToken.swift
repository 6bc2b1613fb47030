package import Documents

/// A token that is good until a time.
package protocol ExpiringToken: Sendable {
    var expiresAt: Timestamp { get }
}

/// The token that is given out at present.
///
/// Tools ask again in each thread and each process: all of them get the same token until it is to be renewed, and
/// however many ask at once, one is made.
package actor CurrentToken<Token: ExpiringToken> {
    private let now: @Sendable () -> Timestamp
    private var current: (token: Token, renewal: Timestamp)?
    private var making: Task<Token, any Error>?

    package init(now: @escaping @Sendable () -> Timestamp = { .now }) {
        self.now = now
    }

    /// The present token, or a new one.
    ///
    /// - Parameters:
    ///   - isGood: Whether a token that was given out before may be given out again.
    ///   - end: The time that no new token would outlive: one that lives until then is renewed no earlier.
    ///   - make: Makes a new token.
    /// - Returns: The token.
    /// - Throws: What `isGood` and `make` throw.
    package func token(
        if isGood: @Sendable (Token) throws -> Bool = { _ in true },
        until end: Timestamp? = nil,
        make: @escaping @Sendable () async throws -> Token
    ) async throws -> Token {
        if let current, now() < current.renewal, try isGood(current.token) { return current.token }
        if let making { return try await making.value }
        let task = Task { try await make() }
        making = task
        defer { making = nil }
        let asked = now()
        let token = try await task.value
        var renewal = token.expiresAt
        if end.map({ token.expiresAt < $0 }) ?? true {
            // One that lives for less is renewed when a third of its life is left.
            let life = token.expiresAt.microseconds - asked.microseconds
            renewal = Timestamp(microseconds: renewal.microseconds - min(renewalMargin, max(0, life / 3)))
        }
        current = (token, renewal)
        return token
    }
}

/// How long before its end a token is given out no longer, in microseconds: 20 minutes, which is more than the 15 of
/// botocore and the 5 of Azure's and Google's libraries, so that a tool that renews gets a new one.
private let renewalMargin: Int64 = 1_200_000_000
