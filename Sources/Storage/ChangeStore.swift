package import Access
package import Documents
package import Secrets

/// One thing written.
///
/// A mutation of an id that its organisation does not have is ``CommitOutcome/missing``. Secrets that are sealed under a
/// master key that was not noted are ``CommitOutcome/conflict``: so none can come back under one that was forgotten.
package enum Mutation: Sendable {
    case createOrganization(Organization)
    /// A handle that a user of the organisation has is ``CommitOutcome/duplicate``.
    case createUser(User)
    /// Replaces all but id, organisation and creation time, if the stored revision is still the user's, and raises it;
    /// else ``CommitOutcome/conflict``. ``CommitOutcome/duplicate`` as above.
    case updateUser(User)
    /// A name that a role of the organisation's own has is ``CommitOutcome/duplicate``.
    case createRole(OwnRole)
    /// Replaces all but id, organisation and creation time, if the stored revision is still the role's, and raises it;
    /// else ``CommitOutcome/conflict``. ``CommitOutcome/duplicate`` as above.
    case updateRole(OwnRole)
    /// Deletes a role of the organisation's own, takes it from all users, whose revisions rise, and takes its name from
    /// restriction policies.
    ///
    /// A policy that names nobody else keeps the name, and so lets nobody in: without it, it would be no policy, and
    /// let in everyone. The revision of a connection whose policy changes rises.
    case deleteRole(Identifier, organization: Identifier)
    case createInvitation(UserInvitation)
    case deleteInvitation(Identifier, organization: Identifier)
    /// Deletes all invitations of a user. No change, if there are none, and then no event.
    case deleteInvitations(of: Identifier, organization: Identifier)
    case createAPIKey(APIKey)
    /// Replaces name and modification of a key, if the stored revision is still the key's, and raises it; else
    /// ``CommitOutcome/conflict``.
    case updateAPIKey(APIKey)
    case deleteAPIKey(Identifier, organization: Identifier)
    case createApplicationKey(ApplicationKey)
    /// Replaces name and scopes of a key, if the stored revision is still the key's, and raises it; else
    /// ``CommitOutcome/conflict``.
    case updateApplicationKey(ApplicationKey)
    case deleteApplicationKey(Identifier, organization: Identifier)
    case createAccessToken(AccessToken)
    /// Replaces name, scopes and modification of a token, if the stored revision is still the token's, and raises it;
    /// else ``CommitOutcome/conflict``.
    case updateAccessToken(AccessToken)
    /// Deletes an access token, and the act tokens that were made from it.
    case deleteAccessToken(Identifier, organization: Identifier)
    /// A credential of which the token is made that is not there is ``CommitOutcome/missing``. The token goes with it.
    case createActToken(ActToken)
    case deleteActToken(Identifier, organization: Identifier)
    /// Counts an act by a token whose number of acts is limited. One that is used up is ``CommitOutcome/conflict``.
    case countAct(by: Identifier, organization: Identifier)
    /// Deletes the act tokens and the delegated access tokens of all organisations that expired by then. No change of
    /// access: they opened nothing any more.
    case deleteExpiredTokens(asOf: Timestamp)
    /// Notes when a key, a token or a user was last seen, unless what is stored is later. No change, if there is no
    /// such key, token or user, and no change of access.
    case noteUse(LastUse)
    /// Notes how far a webhook has received the audit log, unless what is stored is further. No change, if there is no
    /// such webhook.
    case noteDelivery(to: Identifier, organization: Identifier, sequence: Int64)
    /// Marks an application key as registered or not, and raises its revision. No change, if it is that already, and
    /// then no event.
    case setRegistration(applicationKey: Identifier, organization: Identifier, isRegistered: Bool)
    /// A name that must be its own, and is not, is ``CommitOutcome/duplicate``; an id that exists is
    /// ``CommitOutcome/conflict``. A CCM configuration without its AWS account, or settings without their connection,
    /// are ``CommitOutcome/missing``; with secrets, which are the account's or the connection's, they are
    /// ``CommitOutcome/conflict``.
    case createDocument(DocumentRecord, sealed: SealedSecrets?)
    /// Replaces document, columns and sealed secrets, if the stored revision is still the expected one. Refused as
    /// above.
    case updateDocument(DocumentRecord, expecting: Int64, sealed: SealedSecrets?)
    /// Deletes a document with its secrets, and what goes with it.
    case deleteDocument(DocumentKind, Identifier, organization: Identifier)
    /// Replaces a connection's restriction policy, or removes it (`nil`), if the connection's stored revision is still
    /// the expected one. The revision rises: what was decided under the policy before is a conflict.
    case setRestrictionPolicy(
        RestrictionPolicy?,
        connection: Identifier,
        organization: Identifier,
        expecting: Int64
    )
    /// Replaces sealed secrets alone (a new wrapping of the same secrets), if the stored revision is still the
    /// expected one; the revision stays.
    case rewrapSecrets(SealedRecord)
    /// Notes that an external id belongs to an organisation. No change, if it does already; one that belongs to another
    /// is ``CommitOutcome/conflict``.
    case issueExternalID(String, organization: Identifier)
    /// Notes the external id that an AWS account brought, in the place of the one that it had brought before; `nil` for
    /// none. It is the organisation's as long as one of its accounts has it. One that is another organisation's, issued
    /// or brought, is ``CommitOutcome/conflict``; an account that is not there is ``CommitOutcome/missing``.
    case bringExternalID(String?, account: Identifier, organization: Identifier)
    /// Notes that secrets are sealed under a master key from now on. Noted already, it stays so.
    case noteMasterKey(id: String)
    /// Forgets a master key. While secrets are sealed under it, ``CommitOutcome/conflict``; one that was not noted is
    /// ``CommitOutcome/missing``.
    case forgetMasterKey(id: String)
    /// Stores a sealed key of the server's own, if the one so far is sealed under that master key (`nil` if there must
    /// be none); else ``CommitOutcome/conflict``.
    case setServerKey(ServerKey, SealedSecrets, replacingOneUnder: String?)
}

/// Changes that are committed together: all of the mutations with their audit events, or nothing.
package struct Change: Sendable {
    package let mutations: [Mutation]
    /// Checked in the transaction that carries the mutations out.
    package let requirements: [Requirement]
    /// Each chained to the event of its organisation before it as the change is committed. None is, where there are
    /// mutations and none of them changes anything.
    package let events: [AuditEvent]

    /// - Parameters:
    ///   - mutations: Carried out in order.
    ///   - requirements: What the change was decided on, and what it must leave true.
    ///   - events: What the audit log will tell; none only for work that changes nothing that a person did.
    package init(_ mutations: [Mutation], requiring requirements: [Requirement] = [], events: [AuditEvent]) {
        self.mutations = mutations
        self.requirements = requirements
        self.events = events
    }

    /// A change of which one event tells, or none.
    package init(_ mutations: [Mutation], requiring requirements: [Requirement] = [], event: AuditEvent?) {
        self.init(mutations, requiring: requirements, events: event.map { [$0] } ?? [])
    }
}

/// The result of a change that the store could carry out or refuse.
package enum CommitOutcome: Sendable, Equatable {
    /// It is durable.
    case committed
    /// Nothing was done: what it was to change is not there.
    case missing
    /// Nothing was done: the stored revision is another, or the id exists.
    case conflict
    /// Nothing was done: another has the name that must be its own.
    case duplicate
    /// Nothing was done: this does not hold.
    case unmet(Requirement)
}

/// Writes.
package protocol ChangeStore: Sendable {
    /// Commits a change; returns when it is durable, or when it is certain that nothing was done.
    ///
    /// - Throws: ``StoreError/unavailable(_:)`` if the disk refuses; nothing was done then, or at worst it is unknown
    ///   (the text says so).
    func commit(_ change: Change) async throws(StoreError) -> CommitOutcome

    /// As ``commit(_:)``, for those who do not suspend.
    ///
    /// - Parameters:
    ///   - change: What to commit.
    ///   - completion: Told what became of it, on the store's own thread, to which it must return at once. A change
    ///     that is still waiting when the process dies is lost, and nobody is told.
    func enqueue(_ change: Change, completion: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void)

    /// Takes a change for which nobody waits. It is committed in its turn: together with the next one that somebody
    /// waits for, else within some milliseconds, and before the store closes. One that waits when the process dies is
    /// lost.
    func commitSoon(_ change: Change)
}

/// All of a store, for those who open and close it.
package protocol Store: PublicDocuments, RestrictedConnections, SealedSecretStore, ActingStore, AccessStore, AuditStore,
    AuditLogs, AuditWebhookStore, LastUseStore, ServerKeyStore, ChangeStore, ReadinessStore
{
    /// The newest id stored, after which new ones must sort.
    func newestIdentifier() throws(StoreError) -> Identifier?

    /// Counts the store's work since it was opened.
    func statistics() -> StoreStatistics

    /// The data that other processes on this store share; `nil` where there can be none, and memory serves.
    var shared: (any SharedStore)? { get }

    /// Waits for the commits in flight, then closes; what comes later fails with ``StoreError/closed``.
    func close() async
}

extension Store {
    package var shared: (any SharedStore)? { nil }
}
