package import Access
package import Documents
package import Secrets
package import Storage

/// A store in PostgreSQL, which many nodes may share: each writes on one connection, in batches, and reads on a few.
package final class PostgresStore: Store {
    private let reads: PostgresReads
    private let writer: PostgresWriter
    private let watch: AccessWatch
    private let observer: (any StoreObserver)?
    package let shared: (any SharedStore)?

    /// How long a change of the schema may take.
    private static let migrationPatience = Duration.seconds(600)

    /// Opens a store, and brings its schema up to date.
    ///
    /// - Throws: ``StoreError``, with a text that says what to do: if the database can't be reached or must not be used,
    ///   has no store, or a newer version wrote it.
    package static func open(
        _ configuration: PostgresConfiguration,
        digest: @escaping DigestFunction,
        observer: (any StoreObserver)? = nil
    ) throws(StoreError) -> PostgresStore {
        try PostgresStore(configuration, creating: false, digest: digest, observer: observer)
    }

    /// As ``open(_:digest:observer:)``; makes the tables where there are none.
    package static func create(
        _ configuration: PostgresConfiguration,
        digest: @escaping DigestFunction
    ) throws(StoreError) -> PostgresStore {
        try PostgresStore(configuration, creating: true, digest: digest, observer: nil)
    }

    private init(
        _ configuration: PostgresConfiguration,
        creating: Bool,
        digest: @escaping DigestFunction,
        observer: (any StoreObserver)?
    ) throws(StoreError) {
        let connector = Connector(configuration)
        let connection: PostgresConnection
        do throws(PostgresError) { connection = try connector.connect() } catch { throw error.storeError() }
        try PostgresMigration.run(on: connection, creating: creating, within: Self.migrationPatience)
        let watch = AccessWatch(connector)
        do throws(PostgresError) {
            let start = AccessState.now()
            let row = try connection.run(AccessState.reading, within: configuration.patience).first
            guard let row else { throw .damaged }
            watch.learn(AccessState(row, readAt: start))
        } catch {
            throw error.storeError()
        }
        watch.start()
        let pool = ConnectionPool(connector)
        let reads = PostgresReads(pool, observer: observer)
        shared = PostgresSharedStore(pool)
        self.watch = watch
        self.observer = observer
        self.reads = reads
        writer = PostgresWriter(connector, watch: watch, digest: digest) {
            watch.stop()
            reads.close()
        }
    }

    deinit { writer.requestStop() }

    package func newestIdentifier() throws(StoreError) -> Identifier? {
        try reads.read { reads throws(PostgresError) in try reads.newestIdentifier() }
    }

    package func statistics() -> StoreStatistics {
        var statistics = writer.statistics
        statistics.reads = reads.count
        return statistics
    }

    package func close() async {
        await writer.stop()
    }
}

extension PostgresStore: ChangeStore {
    package func commit(_ change: Change) async throws(StoreError) -> CommitOutcome {
        try await withCheckedContinuation { continuation in
            enqueue(change) { continuation.resume(returning: $0) }
        }.get()
    }

    package func enqueue(
        _ change: Change,
        completion: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void
    ) {
        guard let end = observer?.begins(.commit) else { return writer.enqueue(change, completion: completion) }
        writer.enqueue(change) { result in
            if case .failure = result { end(true) } else { end(false) }
            completion(result)
        }
    }

    package func commitSoon(_ change: Change) {
        writer.enqueue(change)
    }
}

extension PostgresStore: ReadinessStore {
    package func unreadiness() -> Unreadiness? { watch.answers ? nil : .unreachable }
}

extension PostgresStore: AccessStore {
    package var accessGeneration: UInt64? { watch.known }
    package var accessStaleness: Duration { reads.staleness }

    package func currentAccessGeneration() throws(StoreError) -> UInt64 {
        try reads.read { reads throws(PostgresError) in
            let start = AccessState.now()
            guard let row = try reads.ask(AccessState.reading).first else { throw .damaged }
            return watch.learn(AccessState(row, readAt: start))
        }
    }

    package func apiKey(digest: KeyDigest) throws(StoreError) -> APIKey? {
        try reads.read { reads throws(PostgresError) in try reads.apiKey(digest: digest) }
    }

    package func apiKey(_ id: Identifier, in organization: Identifier) throws(StoreError) -> APIKey? {
        try reads.read { reads throws(PostgresError) in try reads.apiKey(id, in: organization) }
    }

    package func apiKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<APIKey> {
        try reads.read { reads throws(PostgresError) in
            try reads.apiKeys(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func applicationKey(digest: KeyDigest) throws(StoreError) -> ApplicationKey? {
        try reads.read { reads throws(PostgresError) in try reads.applicationKey(digest: digest) }
    }

    package func applicationKey(
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> ApplicationKey? {
        try reads.read { reads throws(PostgresError) in try reads.applicationKey(id, in: organization) }
    }

    package func applicationKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<ApplicationKey> {
        try reads.read { reads throws(PostgresError) in
            try reads.applicationKeys(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func accessToken(digest: KeyDigest) throws(StoreError) -> AccessToken? {
        try reads.read { reads throws(PostgresError) in try reads.accessToken(digest: digest) }
    }

    package func accessToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> AccessToken? {
        try reads.read { reads throws(PostgresError) in try reads.accessToken(id, in: organization) }
    }

    package func accessTokens(
        in organization: Identifier,
        matching filter: AccessTokenFilter,
        order: AccessTokenOrder,
        page: Page
    ) throws(StoreError) -> PageOf<AccessToken> {
        try reads.read { reads throws(PostgresError) in
            try reads.accessTokens(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func actToken(digests: ClosedRange<KeyDigest>) throws(StoreError) -> ActToken? {
        try reads.read { reads throws(PostgresError) in try reads.actToken(digests: digests) }
    }

    package func actToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> ActToken? {
        try reads.read { reads throws(PostgresError) in try reads.actToken(id, in: organization) }
    }

    package func actTokens(
        in organization: Identifier,
        owner: Identifier?,
        goodAt time: Timestamp,
        page: Page
    ) throws(StoreError) -> PageOf<ActToken> {
        try reads.read { reads throws(PostgresError) in
            try reads.actTokens(in: organization, owner: owner, goodAt: time, page: page)
        }
    }

    package func registrations(in organization: Identifier, page: Page) throws(StoreError) -> PageOf<Identifier> {
        try reads.read { reads throws(PostgresError) in try reads.registrations(in: organization, page: page) }
    }

    package func user(_ id: Identifier, in organization: Identifier) throws(StoreError) -> User? {
        try reads.read { reads throws(PostgresError) in try reads.user(id, in: organization) }
    }

    package func users(
        in organization: Identifier,
        matching filter: UserFilter,
        order: UserOrder,
        page: Page
    ) throws(StoreError) -> PageOf<User> {
        try reads.read { reads throws(PostgresError) in
            try reads.users(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func ownRole(_ id: Identifier, in organization: Identifier) throws(StoreError) -> OwnRole? {
        try reads.read { reads throws(PostgresError) in try reads.ownRole(id, in: organization) }
    }

    package func ownRoles(in organization: Identifier) throws(StoreError) -> [OwnRole] {
        try reads.read { reads throws(PostgresError) in try reads.ownRoles(in: organization) }
    }

    package func userCounts(in organization: Identifier) throws(StoreError) -> [Identifier: Int] {
        try reads.read { reads throws(PostgresError) in try reads.userCounts(in: organization) }
    }

    package func invitation(_ id: Identifier, in organization: Identifier) throws(StoreError) -> UserInvitation? {
        try reads.read { reads throws(PostgresError) in try reads.invitation(id, in: organization) }
    }

    package func organization(_ id: Identifier) throws(StoreError) -> Organization? {
        try reads.read { reads throws(PostgresError) in try reads.organization(id) }
    }

    package func organizations() throws(StoreError) -> [Organization] {
        try reads.read { reads throws(PostgresError) in try reads.organizations() }
    }

    package func isInitialized() throws(StoreError) -> Bool {
        try reads.read { reads throws(PostgresError) in try reads.isInitialized() }
    }
}

extension PostgresStore: AuditStore {
    package func newestAuditLine(in organization: Identifier) throws(StoreError) -> AuditLine? {
        try reads.read { reads throws(PostgresError) in try reads.newestAuditLine(in: organization) }
    }

    package func auditLines(
        in organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine] {
        try reads.read { reads throws(PostgresError) in
            try reads.auditLines(in: organization, after: sequence, atMost: count)
        }
    }

    package func auditLines(
        in organization: Identifier,
        _ span: AuditSpan,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine] {
        try reads.read { reads throws(PostgresError) in
            try reads.auditLines(in: organization, span, atMost: count)
        }
    }
}

extension PostgresStore: AuditWebhookStore {
    package func auditWebhooks() throws(StoreError) -> [StoredAuditWebhook] {
        try reads.read { reads throws(PostgresError) in try reads.auditWebhooks() }
    }
}

extension PostgresStore: LastUseStore {
    package func lastUse(ofConnection id: Identifier, in organization: Identifier) throws(StoreError) -> Timestamp? {
        try reads.read { reads throws(PostgresError) in try reads.lastUse(ofConnection: id, in: organization) }
    }
}

extension PostgresStore: ServerKeyStore {
    package func sealedKey(_ key: ServerKey) throws(StoreError) -> SealedSecrets? {
        try reads.read { reads throws(PostgresError) in try reads.sealedKey(key) }
    }
}

extension PostgresStore: PublicDocuments {
    package var answersAtOnce: Bool { false }

    package func document(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> [UInt8]? {
        try reads.read { reads throws(PostgresError) in try reads.document(kind, id, in: organization) }
    }

    package func stored(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> StoredDocument? {
        try reads.read { reads throws(PostgresError) in try reads.stored(kind, id, in: organization) }
    }

    package func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try reads.read { reads throws(PostgresError) in
            try reads.documents(kind, in: organization, matching: filter, page: page)
        }
    }

    package func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        after position: ListPosition?,
        bytes: Int
    ) throws(StoreError) -> (documents: [[UInt8]], end: ListPosition?) {
        try reads.read { reads throws(PostgresError) in
            try reads.documents(kind, in: organization, matching: filter, after: position, bytes: bytes)
        }
    }

    package func owner(ofExternalID externalID: String) throws(StoreError) -> ExternalIDOwner? {
        try reads.read { reads throws(PostgresError) in try reads.owner(ofExternalID: externalID) }
    }
}

extension PostgresStore: RestrictedConnections {
    package func connection(
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> RestrictedConnection? {
        try reads.read { reads throws(PostgresError) in try reads.connection(id, in: organization) }
    }

    package func connections(named names: [RecordName]) -> [Result<RestrictedConnection?, StoreError>] {
        reads.connections(named: names)
    }

    package func connections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try reads.read { reads throws(PostgresError) in
            try reads.connections(visibleTo: principal, matching: filter, page: page)
        }
    }
}

extension PostgresStore: ActingStore {
    package func actingState(
        of connection: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> ActingState? {
        try reads.read { reads throws(PostgresError) in try reads.actingState(of: connection, in: organization) }
    }
}

extension PostgresStore: SealedSecretStore {
    package func sealedSecrets(
        of kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> (revision: Int64, sealed: SealedSecrets?)? {
        try reads.read { reads throws(PostgresError) in try reads.sealedSecrets(of: kind, id, in: organization) }
    }

    package func masterKeyIDs() throws(StoreError) -> [String] {
        try reads.read { reads throws(PostgresError) in try reads.masterKeyIDs() }
    }

    package func secretsNotSealed(
        under masterKeyID: String,
        after last: Identifier?,
        atMost count: Int
    ) throws(StoreError) -> [SealedRecord] {
        try reads.read { reads throws(PostgresError) in
            try reads.secretsNotSealed(under: masterKeyID, after: last, atMost: count)
        }
    }
}
