import Access
import Documents
import Secrets
import SQLiteStorage
import Storage
import Synchronization

/// A store that does what it is told to before it passes calls on to a real one.
final class FaultyStore: Store {
    struct Behaviour: Sendable {
        /// Thrown by every read.
        var readFailure: StoreError?
        /// Thrown by every commit.
        var commitFailure: StoreError?
        /// Answered to so many commits, which are not carried out.
        var conflicts = 0
        /// Stands in for every user that is read.
        var user: User?
        var accessChanges: UInt64 = 0
        var answersAtOnce = true
    }

    private let store: SQLiteStore
    private let behaviour = Mutex(Behaviour())

    init(_ store: SQLiteStore) {
        self.store = store
    }

    func set(_ change: (inout Behaviour) -> Void) {
        behaviour.withLock { change(&$0) }
    }

    private func reading<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        if let failure = behaviour.withLock({ $0.readFailure }) { throw failure }
        return try body()
    }

    var answersAtOnce: Bool { behaviour.withLock { $0.answersAtOnce } }
    var accessGeneration: UInt64 { store.accessGeneration + behaviour.withLock { $0.accessChanges } }

    func document(ofConnection id: Identifier, in organization: Identifier) throws(StoreError) -> [UInt8]? {
        try reading { () throws(StoreError) in try store.document(ofConnection: id, in: organization) }
    }

    func connection(_ id: Identifier, in organization: Identifier) throws(StoreError) -> StoredConnection? {
        try reading { () throws(StoreError) in try store.connection(id, in: organization) }
    }

    func documents(
        ofConnectionsIn organization: Identifier,
        matching filter: ConnectionFilter,
        page: Page
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try reading { () throws(StoreError) in
            try store.documents(ofConnectionsIn: organization, matching: filter, page: page)
        }
    }

    func sealedSecrets(
        ofConnection id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> (revision: Int64, sealed: SealedSecrets?)? {
        try reading { () throws(StoreError) in try store.sealedSecrets(ofConnection: id, in: organization) }
    }

    func apiKey(digest: KeyDigest) throws(StoreError) -> APIKey? {
        try reading { () throws(StoreError) in try store.apiKey(digest: digest) }
    }

    func applicationKey(digest: KeyDigest) throws(StoreError) -> ApplicationKey? {
        try reading { () throws(StoreError) in try store.applicationKey(digest: digest) }
    }

    func applicationKey(_ id: Identifier, in organization: Identifier) throws(StoreError) -> ApplicationKey? {
        try reading { () throws(StoreError) in try store.applicationKey(id, in: organization) }
    }

    func user(_ id: Identifier, in organization: Identifier) throws(StoreError) -> User? {
        if let user = behaviour.withLock({ $0.user }) { return user }
        return try reading { () throws(StoreError) in try store.user(id, in: organization) }
    }

    func registrations(in organization: Identifier, page: Page) throws(StoreError) -> PageOf<Identifier> {
        try reading { () throws(StoreError) in try store.registrations(in: organization, page: page) }
    }

    func isInitialized() throws(StoreError) -> Bool {
        try reading { () throws(StoreError) in try store.isInitialized() }
    }

    func commit(_ change: Change) async throws(StoreError) -> CommitOutcome {
        let (failure, isConflict) = behaviour.withLock { behaviour in
            let isConflict = behaviour.conflicts > 0
            if isConflict { behaviour.conflicts -= 1 }
            return (behaviour.commitFailure, isConflict)
        }
        if let failure { throw failure }
        if isConflict { return .conflict }
        return try await store.commit(change)
    }

    func newestIdentifier() throws(StoreError) -> Identifier? { try store.newestIdentifier() }
    func statistics() -> StoreStatistics { store.statistics() }
    func close() async { await store.close() }
}
