package import Access
package import Documents
package import Secrets

/// One thing written.
package enum Mutation: Sendable {
    case createOrganization(Organization)
    case createUser(User)
    case createAPIKey(APIKey)
    case createApplicationKey(ApplicationKey)
    /// Marks an application key as registered or not. No change, if it is that already, and then no event.
    case setRegistration(applicationKey: Identifier, organization: Identifier, isRegistered: Bool)
    case createConnection(ConnectionRecord, sealed: SealedSecrets?)
    /// Replaces document, columns and sealed secrets, if the stored revision is still the expected one.
    case updateConnection(ConnectionRecord, expecting: Int64, sealed: SealedSecrets?)
    case deleteConnection(Identifier, organization: Identifier)
    /// Replaces sealed secrets alone (a new wrapping of the same secrets), if the stored revision is still the
    /// expected one; the revision stays.
    case rewrapSecrets(ofConnection: Identifier, organization: Identifier, expecting: Int64, sealed: SealedSecrets)
}

/// What is committed together: all of the mutations with their audit event, or nothing.
package struct Change: Sendable {
    package let mutations: [Mutation]
    /// Chained to the organisation's event before it as it is committed.
    package let event: AuditEvent?

    /// - Parameters:
    ///   - mutations: Carried out in order.
    ///   - event: What the audit log will tell; `nil` only for work that changes nothing that a person could see.
    package init(_ mutations: [Mutation], event: AuditEvent?) {
        self.mutations = mutations
        self.event = event
    }
}

/// What became of a change that the store could carry out or refuse.
package enum CommitOutcome: Sendable, Equatable {
    /// It is durable.
    case committed
    /// Nothing was done: what it was to change is not there.
    case missing
    /// Nothing was done: the stored revision is another, or the id exists.
    case conflict
}

/// Writes.
package protocol ChangeStore: Sendable {
    /// Commits a change; returns when it is durable, or when it is certain that nothing was done.
    ///
    /// - Throws: ``StoreError/unavailable(_:)`` if the disk refuses; nothing was done then, or at worst it is unknown
    ///   (the text says so).
    func commit(_ change: Change) async throws(StoreError) -> CommitOutcome
}

/// All of a store, for those who open and close it.
package protocol Store: ConnectionDocuments, SealedSecretStore, AccessStore, ChangeStore {
    /// The newest id stored, after which new ones must sort.
    func newestIdentifier() throws(StoreError) -> Identifier?

    /// What the store has done since it was opened.
    func statistics() -> StoreStatistics

    /// Waits for the commits in flight, then closes; what comes later fails with ``StoreError/closed``.
    func close() async
}
