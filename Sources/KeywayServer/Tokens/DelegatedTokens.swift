import Access
import ActService
import Documents
import Storage

/// Gives short-lived access tokens to callers who have proved in another way who they are.
struct DelegatedTokens: Sendable {
    let store: any AccessStore & ChangeStore
    let identifiers: IdentifierGenerator

    /// Makes a token that carries all that its owner may, or what of that is in its scopes.
    ///
    /// - Parameters:
    ///   - name: The proof for which it is given, for the audit log. It is no secret.
    ///   - owner: The user or service account that the proof stands for, as it was read.
    ///   - scopes: The permissions that it carries; `nil` for all of its owner's.
    ///   - seconds: How long it is good for.
    ///   - requirements: What it was decided on, besides the owner.
    ///   - requestID: The request that asks for it.
    ///   - details: More for the audit log.
    /// - Returns: The token, and its text.
    /// - Throws: ``Overtaken`` if the owner has changed; ``APIError``; ``StoreError``.
    func make(
        _ name: String,
        for owner: User,
        scopes: [String]? = nil,
        seconds: Int64,
        requiring requirements: [Requirement] = [],
        requestID: String,
        details: [JSONValue.Member] = []
    ) async throws -> (token: AccessToken, text: String) {
        let id = identifiers.next()
        let text = TokenText.new(.delegated, id)
        let now = Timestamp.now
        let token = AccessToken(
            id: id,
            organization: owner.organization,
            kind: .delegated,
            owner: owner.id,
            name: name,
            digest: KeyDigest(of: text),
            scopes: scopes,
            createdAt: now,
            expiresAt: Timestamp(microseconds: now.microseconds + seconds * 1_000_000)
        )
        guard let principal = Principal(accessToken: token, user: owner) else {
            throw APIError(GateError.unknownToken)
        }
        let event = AuditEvent(
            organization: owner.organization,
            actor: .principal(principal),
            action: "access_token.delegate",
            resourceType: "access_tokens",
            resource: id,
            details: token.details + details,
            requestID: requestID
        )
        let change = Change(
            [.createAccessToken(token)],
            requiring: [.unchanged(owner.accessRevision)] + requirements,
            event: event
        )
        try await store.commit(change).requireCommitted(conflict: APIError.refusedIssue)
        return (token, text)
    }
}
