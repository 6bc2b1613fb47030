import Access
import Documents
import Secrets
import SQLiteStorage
import Storage
import Synchronization
import Threads

/// A store that does what it is told to before it passes calls on to a real one.
final class FaultyStore: Store {
    struct Behaviour: Sendable {
        /// Thrown by every read.
        var readFailure: StoreError?
        /// Told instead of what the store would tell.
        var unreadiness: Unreadiness?
        /// Thrown by every commit.
        var commitFailure: StoreError?
        /// Answered to so many commits, which are not carried out.
        var conflicts = 0
        /// Comes in between: carried out right before the next commit.
        var meanwhile: Change?
        /// Stands in for every user that is read.
        var user: User?
        var accessChanges: UInt64 = 0
        var hearing = Hearing.all
        var answersAtOnce = true
        /// For each read, whether it was on a thread that may wait.
        var readsOnWaitingThreads: [Bool] = []
    }

    /// The news of changes of access that others make, as the store gets it.
    enum Hearing: Sendable {
        case all
        /// Nothing since then, and it does not know.
        case nothing(since: UInt64)
        /// Nothing for so long that it knows that it does not know.
        case silence
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
        let failure = behaviour.withLock { behaviour in
            behaviour.readsOnWaitingThreads.append(DetachedThread.isCurrent)
            return behaviour.readFailure
        }
        if let failure { throw failure }
        return try body()
    }

    /// For each read since this was called last, whether it was on a thread that may wait.
    func takeReads() -> [Bool] {
        behaviour.withLock { behaviour in
            defer { behaviour.readsOnWaitingThreads = [] }
            return behaviour.readsOnWaitingThreads
        }
    }

    var answersAtOnce: Bool { behaviour.withLock { $0.answersAtOnce } }
    var accessStaleness: Duration { .seconds(1) }

    var accessGeneration: UInt64? {
        let (hearing, changes) = behaviour.withLock { ($0.hearing, $0.accessChanges) }
        return switch hearing {
        case .all: store.accessGeneration.map { $0 + changes }
        case .nothing(let since): since
        case .silence: nil
        }
    }

    func currentAccessGeneration() throws(StoreError) -> UInt64 {
        let changes = behaviour.withLock { $0.accessChanges }
        return try reading { () throws(StoreError) in try store.currentAccessGeneration() + changes }
    }

    func document(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> [UInt8]? {
        try reading { () throws(StoreError) in try store.document(kind, id, in: organization) }
    }

    func stored(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> StoredDocument? {
        try reading { () throws(StoreError) in try store.stored(kind, id, in: organization) }
    }

    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try reading { () throws(StoreError) in
            try store.documents(kind, in: organization, matching: filter, page: page)
        }
    }

    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        after position: ListPosition?,
        bytes: Int
    ) throws(StoreError) -> (documents: [[UInt8]], end: ListPosition?) {
        try reading { () throws(StoreError) in
            try store.documents(kind, in: organization, matching: filter, after: position, bytes: bytes)
        }
    }

    func owner(ofExternalID externalID: String) throws(StoreError) -> ExternalIDOwner? {
        try reading { () throws(StoreError) in try store.owner(ofExternalID: externalID) }
    }

    func connection(_ id: Identifier, in organization: Identifier) throws(StoreError) -> RestrictedConnection? {
        try reading { () throws(StoreError) in try store.connection(id, in: organization) }
    }

    func connections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try reading { () throws(StoreError) in
            try store.connections(visibleTo: principal, matching: filter, page: page)
        }
    }

    func actingState(of connection: Identifier, in organization: Identifier) throws(StoreError) -> ActingState? {
        try reading { () throws(StoreError) in try store.actingState(of: connection, in: organization) }
    }

    func sealedSecrets(
        of kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> (revision: Int64, sealed: SealedSecrets?)? {
        try reading { () throws(StoreError) in try store.sealedSecrets(of: kind, id, in: organization) }
    }

    func masterKeyIDs() throws(StoreError) -> [String] {
        try reading { () throws(StoreError) in try store.masterKeyIDs() }
    }

    func secretsNotSealed(
        under masterKeyID: String,
        after last: Identifier?,
        atMost count: Int
    ) throws(StoreError) -> [SealedRecord] {
        try reading { () throws(StoreError) in
            try store.secretsNotSealed(under: masterKeyID, after: last, atMost: count)
        }
    }

    func apiKey(_ id: Identifier, in organization: Identifier) throws(StoreError) -> APIKey? {
        try reading { () throws(StoreError) in try store.apiKey(id, in: organization) }
    }

    func apiKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<APIKey> {
        try reading { () throws(StoreError) in
            try store.apiKeys(in: organization, matching: filter, order: order, page: page)
        }
    }

    func applicationKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<ApplicationKey> {
        try reading { () throws(StoreError) in
            try store.applicationKeys(in: organization, matching: filter, order: order, page: page)
        }
    }

    func accessToken(digest: KeyDigest) throws(StoreError) -> AccessToken? {
        try reading { () throws(StoreError) in try store.accessToken(digest: digest) }
    }

    func accessToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> AccessToken? {
        try reading { () throws(StoreError) in try store.accessToken(id, in: organization) }
    }

    func accessTokens(
        in organization: Identifier,
        matching filter: AccessTokenFilter,
        order: AccessTokenOrder,
        page: Page
    ) throws(StoreError) -> PageOf<AccessToken> {
        try reading { () throws(StoreError) in
            try store.accessTokens(in: organization, matching: filter, order: order, page: page)
        }
    }

    func actToken(digests: ClosedRange<KeyDigest>) throws(StoreError) -> ActToken? {
        try reading { () throws(StoreError) in try store.actToken(digests: digests) }
    }

    func actToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> ActToken? {
        try reading { () throws(StoreError) in try store.actToken(id, in: organization) }
    }

    func actTokens(
        in organization: Identifier,
        owner: Identifier?,
        goodAt time: Timestamp,
        page: Page
    ) throws(StoreError) -> PageOf<ActToken> {
        try reading { () throws(StoreError) in
            try store.actTokens(in: organization, owner: owner, goodAt: time, page: page)
        }
    }

    func users(
        in organization: Identifier,
        matching filter: UserFilter,
        order: UserOrder,
        page: Page
    ) throws(StoreError) -> PageOf<User> {
        try reading { () throws(StoreError) in
            try store.users(in: organization, matching: filter, order: order, page: page)
        }
    }

    func ownRole(_ id: Identifier, in organization: Identifier) throws(StoreError) -> OwnRole? {
        try reading { () throws(StoreError) in try store.ownRole(id, in: organization) }
    }

    func ownRoles(in organization: Identifier) throws(StoreError) -> [OwnRole] {
        try reading { () throws(StoreError) in try store.ownRoles(in: organization) }
    }

    func userCounts(in organization: Identifier) throws(StoreError) -> [Identifier: Int] {
        try reading { () throws(StoreError) in try store.userCounts(in: organization) }
    }

    func invitation(_ id: Identifier, in organization: Identifier) throws(StoreError) -> UserInvitation? {
        try reading { () throws(StoreError) in try store.invitation(id, in: organization) }
    }

    func organization(_ id: Identifier) throws(StoreError) -> Organization? {
        try reading { () throws(StoreError) in try store.organization(id) }
    }

    func organizations() throws(StoreError) -> [Organization] {
        try reading { () throws(StoreError) in try store.organizations() }
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

    func unreadiness() -> Unreadiness? {
        behaviour.withLock { $0.unreadiness } ?? store.unreadiness()
    }

    func commit(_ change: Change) async throws(StoreError) -> CommitOutcome {
        let meanwhile = behaviour.withLock { behaviour in
            defer { behaviour.meanwhile = nil }
            return behaviour.meanwhile
        }
        if let meanwhile { _ = try await store.commit(meanwhile) }
        let (failure, isConflict) = behaviour.withLock { behaviour in
            let isConflict = behaviour.conflicts > 0
            if isConflict { behaviour.conflicts -= 1 }
            return (behaviour.commitFailure, isConflict)
        }
        if let failure { throw failure }
        if isConflict { return .conflict }
        return try await store.commit(change)
    }

    func enqueue(_ change: Change, completion: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void) {
        if let failure = behaviour.withLock({ $0.commitFailure }) { return completion(.failure(failure)) }
        store.enqueue(change, completion: completion)
    }

    func commitSoon(_ change: Change) {
        if behaviour.withLock({ $0.commitFailure }) == nil { store.commitSoon(change) }
    }

    func newestAuditLine(in organization: Identifier) throws(StoreError) -> AuditLine? {
        try reading { () throws(StoreError) in try store.newestAuditLine(in: organization) }
    }

    func auditLines(
        in organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine] {
        try reading { () throws(StoreError) in
            try store.auditLines(in: organization, after: sequence, atMost: count)
        }
    }

    func auditLines(
        in organization: Identifier,
        _ span: AuditSpan,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine] {
        try reading { () throws(StoreError) in try store.auditLines(in: organization, span, atMost: count) }
    }

    func auditWebhooks() throws(StoreError) -> [StoredAuditWebhook] {
        try reading { () throws(StoreError) in try store.auditWebhooks() }
    }

    func lastUse(ofConnection id: Identifier, in organization: Identifier) throws(StoreError) -> Timestamp? {
        try reading { () throws(StoreError) in try store.lastUse(ofConnection: id, in: organization) }
    }

    func sealedKey(_ key: ServerKey) throws(StoreError) -> SealedSecrets? {
        try reading { () throws(StoreError) in try store.sealedKey(key) }
    }

    func newestIdentifier() throws(StoreError) -> Identifier? { try store.newestIdentifier() }
    func statistics() -> StoreStatistics { store.statistics() }
    func close() async { await store.close() }
}
