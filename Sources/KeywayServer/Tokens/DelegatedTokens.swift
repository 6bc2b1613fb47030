import Access
import ActService
import Documents
import Storage

/// Gives short-lived access tokens to callers who have proved in another way who they are.
struct DelegatedTokens: Sendable {
    let store: any AccessStore & ChangeStore
    let identifiers: IdentifierGenerator

    /// A token that is about to be stored.
    struct Draft {
        let token: AccessToken
        let text: String
        /// The caller who shows the token.
        let principal: Principal
        let requirements: [Requirement]
        let event: AuditEvent
    }

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
    /// - Returns: The token.
    /// - Throws: ``Overtaken`` if the owner has changed; ``APIError``; ``StoreError``.
    func make(
        _ name: String,
        for owner: User,
        scopes: [String]? = nil,
        seconds: Int64,
        requiring requirements: [Requirement] = [],
        requestID: String,
        details: [JSONValue.Member] = []
    ) async throws -> Draft {
        let draft = try draft(
            name,
            for: owner,
            scopes: scopes,
            seconds: seconds,
            requiring: requirements,
            requestID: requestID,
            details: details
        )
        try await commit(draft)
        return draft
    }

    /// Prepares a token, as ``make(_:for:scopes:seconds:requiring:requestID:details:)``.
    func draft(
        _ name: String,
        for owner: User,
        scopes: [String]?,
        seconds: Int64,
        requiring requirements: [Requirement],
        requestID: String,
        details: [JSONValue.Member]
    ) throws -> Draft {
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
        return Draft(
            token: token,
            text: text,
            principal: principal,
            requirements: [.unchanged(owner.accessRevision)] + requirements,
            event: event
        )
    }

    /// Stores a token, and with it an act token that was made from it, if there is one.
    func commit(_ draft: Draft, and actToken: ActToken? = nil) async throws {
        var mutations = [Mutation.createAccessToken(draft.token)]
        var events = [draft.event]
        if let actToken {
            mutations.append(.createActToken(actToken))
            events.append(
                AuditEvent(
                    organization: actToken.organization,
                    actor: .principal(draft.principal),
                    action: "act_token.create",
                    resourceType: "act_tokens",
                    resource: actToken.id,
                    details: actToken.details,
                    requestID: draft.event.requestID
                )
            )
        }
        let change = Change(mutations, requiring: draft.requirements, events: events)
        try await store.commit(change).requireCommitted()
    }
}
