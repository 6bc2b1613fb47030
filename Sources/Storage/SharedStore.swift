package import Access
package import Documents
package import Secrets

/// Data that the nodes of one store have in common, beside its records: tokens that third parties issued, and proofs
/// that were taken. None of it is missed when it is gone.
///
/// Calls that suspend may be made on any thread.
package protocol SharedStore: Sendable {
    /// Looks for a token, or takes the lease under which one may be asked for: of all nodes, one has it.
    ///
    /// - Parameters:
    ///   - place: What the token is for.
    ///   - time: The time at which it must still be good.
    ///   - refused: The serial of a token that was refused, so that it is not wanted again.
    ///   - lease: The id of the lease, which no other has.
    ///   - duration: How long the lease lasts at most, by the store's clock. Then another node may have it.
    /// - Returns: What was found.
    /// - Throws: ``StoreError`` if the store can't tell.
    func claimToken(
        for place: SharedTokenPlace,
        goodAt time: Timestamp,
        insteadOf refused: Int64?,
        lease: Identifier,
        lasting duration: Duration
    ) async throws(StoreError) -> TokenClaim

    /// Stores a token that was asked for under a lease, and ends the lease.
    ///
    /// - Parameters:
    ///   - token: The token, sealed under a master key that was noted.
    ///   - place: What it is for.
    ///   - lastUse: Until when it is used.
    ///   - expiry: When it is erased.
    ///   - lease: The lease.
    /// - Returns: The token's serial; `nil` if the lease is over, and nothing was stored.
    /// - Throws: ``StoreError`` if the store can't tell.
    func storeToken(
        _ token: SealedSecrets,
        for place: SharedTokenPlace,
        goodUntil lastUse: Timestamp,
        erasedAt expiry: Timestamp,
        under lease: Identifier
    ) async throws(StoreError) -> Int64?

    /// Ends a lease under which no token was issued.
    func endLease(_ lease: Identifier, for place: SharedTokenPlace) async throws(StoreError)

    /// Takes a proof, which counts once on all nodes.
    ///
    /// - Parameters:
    ///   - proof: The digest of what no other proof has.
    ///   - taker: The one it counts for; again and again for the same one.
    ///   - end: When it can't be taken any more by its own time.
    /// - Returns: Whether it counts for the taker.
    /// - Throws: ``StoreError`` if the store can't tell.
    func takeProof(_ proof: KeyDigest, for taker: KeyDigest, until end: Timestamp) async throws(StoreError) -> Bool

    /// Gives a node a number that none of the 4,095 that came before it got. It blocks, as a store's reads do.
    func nodeNumber() throws(StoreError) -> UInt64

    /// Erases tokens and proofs whose end has come, and tokens of connections that are gone or have changed.
    func eraseEnded(asOf time: Timestamp) async throws(StoreError)
}

/// The thing that a shared token was issued for: a connection as it is at one revision, and what was asked for.
package struct SharedTokenPlace: Sendable, Hashable {
    package let organization: Identifier
    package let connection: Identifier
    package let revision: Int64
    /// The digest of issuer, scope and the like.
    package let digest: KeyDigest

    package init(organization: Identifier, connection: Identifier, revision: Int64, digest: KeyDigest) {
        self.organization = organization
        self.connection = connection
        self.revision = revision
        self.digest = digest
    }
}

/// The result of looking for a shared token.
package enum TokenClaim: Sendable, Equatable {
    /// There is one.
    case issued(SealedSecrets, serial: Int64)
    /// There is none, and the lease is the caller's.
    case granted
    /// There is none yet: another has the lease.
    case leased
}
