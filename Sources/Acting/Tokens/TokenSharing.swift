import Documents

/// Gets a token that servers share: the one that is there, or one that is asked for by this server alone.
struct TokenSharing: Sendable {
    let tokens: any SharedTokens
    let now: @Sendable () -> Timestamp

    /// How long a server that waits for another's token sleeps before it looks again.
    private static let pause: Duration = .milliseconds(40)
    /// How often it looks: longer than any lease lasts.
    private static let looksAtMost = 2_000

    /// The token of a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - refused: The serial of a shared token that was refused.
    ///   - mint: Asks for a token.
    /// - Returns: The token. Where nobody can tell whether there is one, it is asked for.
    func token(
        for key: TokenCache.Key,
        insteadOf refused: Int64?,
        mint: @Sendable () async -> Result<MintedToken, ActFailure>
    ) async -> Result<MintedToken, ActFailure> {
        let place = TokenPurpose(
            organization: key.connection.organization,
            connection: key.connection.id,
            revision: key.connection.revision,
            fingerprint: key.fingerprint
        )
        for _ in 0..<Self.looksAtMost {
            switch await tokens.claim(place, goodAt: now(), insteadOf: refused) {
            case .issued(let encoded, let serial):
                guard var token = MintedToken(decoding: encoded) else { return await mint() }
                token.sharedSerial = serial
                return .success(token)
            case .granted(let lease): return await mintAndShare(place, under: lease, mint)
            case .leased: try? await Task.sleep(for: Self.pause)
            case .unavailable: return await mint()
            }
        }
        return await mint()
    }

    private func mintAndShare(
        _ place: TokenPurpose,
        under lease: Identifier,
        _ mint: @Sendable () async -> Result<MintedToken, ActFailure>
    ) async -> Result<MintedToken, ActFailure> {
        let outcome = await mint()
        guard case .success(var token) = outcome else {
            await tokens.end(lease, for: place)
            return outcome
        }
        token.sharedSerial = await tokens.share(
            token.encoded,
            for: place,
            goodUntil: token.lastUse,
            expiring: token.expiry,
            under: lease
        )
        return .success(token)
    }
}
