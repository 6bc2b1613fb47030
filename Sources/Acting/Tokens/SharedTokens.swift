package import Documents
package import Secrets

/// Tokens that several servers share, so that one of them asks for all. A token is an encoding that is secret.
package protocol SharedTokens: Sendable {
    /// Looks for a token that is good at a time, or for the lease under which to ask for one.
    ///
    /// - Parameters:
    ///   - place: What the token is for.
    ///   - time: The time.
    ///   - refused: The serial of one that was refused, which is not wanted again.
    /// - Returns: What was found.
    func claim(_ place: TokenPurpose, goodAt time: Timestamp, insteadOf refused: Int64?) async -> SharedTokenClaim

    /// Shares a token that was asked for under a lease, and ends the lease.
    ///
    /// - Parameters:
    ///   - token: The token.
    ///   - place: What it is for.
    ///   - lastUse: Until when it is used.
    ///   - expiry: When it expires.
    ///   - lease: The lease.
    /// - Returns: Its serial; `nil` if it could not be shared.
    func share(
        _ token: Secret,
        for place: TokenPurpose,
        goodUntil lastUse: Timestamp,
        expiring expiry: Timestamp,
        under lease: Identifier
    ) async -> Int64?

    /// Ends a lease under which no token was issued.
    func end(_ lease: Identifier, for place: TokenPurpose) async
}

/// The thing that a token is for.
package struct TokenPurpose: Sendable, Hashable {
    package let organization: Identifier
    package let connection: Identifier
    /// The connection's revision.
    package let revision: Int64
    /// The issuer, the scope and the like.
    package let fingerprint: [String]
}

/// The result of looking for a shared token.
package enum SharedTokenClaim: Sendable {
    case issued(Secret, serial: Int64)
    /// There is none, and the caller may ask for it under this lease.
    case granted(lease: Identifier)
    /// There is none yet, and another server is asking for it.
    case leased
    /// Nobody can tell.
    case unavailable
}
