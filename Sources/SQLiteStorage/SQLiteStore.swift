package import Access
package import Documents
package import Secrets
package import Storage

/// A store in one directory: an SQLite database, whose writer commits waiting changes together, and whose readers never
/// wait for it.
package final class SQLiteStore: Store {
    /// Threads that can read at once.
    private static let readerLimit = 12

    /// How often a list is tried by the index of names.
    private static let attempts = 16

    private let readers: ReaderPool
    private let writer: Writer
    private let health: DatabaseHealth
    private let observer: (any StoreObserver)?
    let names = NameIndex()

    /// Creates the directory (mode 0700) and an empty database (0600), where they are missing, and opens the store.
    ///
    /// - Throws: ``StoreError``, with a text that names the path and what to do.
    package static func create(
        in directory: String,
        digest: @escaping DigestFunction
    ) throws(StoreError) -> SQLiteStore {
        try SQLiteStore(directory: directory, creating: true, digest: digest)
    }

    /// Opens the store in a directory, and brings its schema up to date.
    ///
    /// - Throws: ``StoreError``, with a text that names the path and what to do: if there is no store, another process
    ///   has it open, a newer version wrote it, or it is damaged or not writable.
    package convenience init(
        directory: String,
        digest: @escaping DigestFunction,
        observer: (any StoreObserver)? = nil
    ) throws(StoreError) {
        try self.init(directory: directory, creating: false, digest: digest, observer: observer)
    }

    /// As the above, with further pragmas of the connection that writes, and the pages that the log may reach until it
    /// is copied into the database: 128 MiB, so that a server killed under load is up again at once; and the
    /// nanoseconds between two looks for damage.
    init(
        directory path: String,
        creating: Bool,
        digest: @escaping DigestFunction,
        observer: (any StoreObserver)? = nil,
        settings: String = "",
        checkpointPages: Int = 32_768,
        lookInterval: UInt64 = 1_000_000_000
    ) throws(StoreError) {
        let directory = try DataDirectory(path: path, creating: creating)
        let file = directory.databasePath
        let database = try SQLiteError.translated(path: file) { () throws(SQLiteError) in
            let database = try Database(path: file, mode: .readWrite)
            try database.execute(Self.settings + settings, operation: .open)
            return database
        }
        let refusal = try SQLiteError.translated(path: file) { () throws(SQLiteError) in
            try Migration.run(on: database, creating: creating)
        }
        if let refusal { throw refusal.storeError(path: file) }
        let health = try DatabaseHealth(of: database, in: directory, interval: lookInterval)
        let connection = try SQLiteError.translated(path: file) { () throws(SQLiteError) in
            try WriteConnection(path: file, digest: digest, database: database, health: health)
        }
        self.health = health
        self.observer = observer
        readers = try ReaderPool(path: file, capacity: Self.readerLimit, health: health, observer: observer)
        writer = Writer(
            connection: connection,
            readers: readers,
            names: names,
            directory: directory,
            health: health,
            checkpointPages: checkpointPages
        )
        names.build(path: file)
    }

    deinit { writer.requestStop() }

    /// The settings of the connection that writes. A cache of 8 MiB; deleted content is overwritten with zeros, in the
    /// log too once it has been emptied, a second after the last write or at closing.
    ///
    /// One remainder is not reached: when SQLite spreads rows over other pages, it leaves copies in what is free of the
    /// old page until something else takes the place. They are sealed like the rows themselves.
    private static let settings = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -8192;
        PRAGMA mmap_size = 0;
        PRAGMA trusted_schema = OFF;
        """

    package func newestIdentifier() throws(StoreError) -> Identifier? {
        try readers.read { reader throws(SQLiteError) in try reader.newestIdentifier() }
    }

    package func statistics() -> StoreStatistics {
        var statistics = writer.statistics
        statistics.reads = readers.readCount
        return statistics
    }

    package func close() async {
        await writer.stop()
    }
}

extension SQLiteStore: ChangeStore {
    package func commit(_ change: Change) async throws(StoreError) -> CommitOutcome {
        guard let end = observer?.begins(.commit) else { return try await writer.commit(change) }
        do throws(StoreError) {
            let outcome = try await writer.commit(change)
            end(false)
            return outcome
        } catch {
            end(true)
            throw error
        }
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

extension SQLiteStore: AuditStore {
    package func newestAuditLine(in organization: Identifier) throws(StoreError) -> AuditLine? {
        try readers.read { reader throws(SQLiteError) in try reader.newestAuditLine(in: organization) }
    }

    package func auditLines(
        in organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine] {
        try readers.read { reader throws(SQLiteError) in
            try reader.auditLines(in: organization, after: sequence, atMost: count)
        }
    }

    package func auditLines(
        in organization: Identifier,
        _ span: AuditSpan,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine] {
        try readers.read { reader throws(SQLiteError) in
            try reader.auditLines(in: organization, span, atMost: count)
        }
    }
}

extension SQLiteStore: AuditWebhookStore {
    package func auditWebhooks() throws(StoreError) -> [StoredAuditWebhook] {
        try readers.read { reader throws(SQLiteError) in try reader.auditWebhooks() }
    }
}

extension SQLiteStore: LastUseStore {
    package func lastUse(ofConnection id: Identifier, in organization: Identifier) throws(StoreError) -> Timestamp? {
        try readers.read { reader throws(SQLiteError) in try reader.lastUse(ofConnection: id, in: organization) }
    }
}

extension SQLiteStore: ServerKeyStore {
    package func sealedKey(_ key: ServerKey) throws(StoreError) -> SealedSecrets? {
        try readers.read { reader throws(SQLiteError) in try reader.sealedKey(key) }
    }
}

extension SQLiteStore: PublicDocuments {
    package var answersAtOnce: Bool { true }

    package func document(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> [UInt8]? {
        try readers.read { reader throws(SQLiteError) in try reader.document(kind, id, in: organization) }
    }

    package func stored(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> StoredDocument? {
        try readers.read { reader throws(SQLiteError) in try reader.stored(kind, id, in: organization) }
    }

    package func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try readers.read { reader throws(SQLiteError) in
            try reader.documents(kind, in: organization, matching: filter, page: page)
        }
    }

    package func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        after position: ListPosition?,
        bytes: Int
    ) throws(StoreError) -> (documents: [[UInt8]], end: ListPosition?) {
        try readers.read { reader throws(SQLiteError) in
            try reader.documents(kind, in: organization, matching: filter, after: position, bytes: bytes)
        }
    }

    package func owner(ofExternalID externalID: String) throws(StoreError) -> ExternalIDOwner? {
        try readers.read { reader throws(SQLiteError) in try reader.owner(ofExternalID: externalID) }
    }
}

extension SQLiteStore: RestrictedConnections {
    package func connection(
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> RestrictedConnection? {
        try readers.read { reader throws(SQLiteError) in try reader.connection(id, in: organization) }
    }

    package func connections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        if let page, filter.name == nil {
            // Between a look into the index and one into the database something may change. Seldom, and then again.
            for _ in 0..<Self.attempts {
                switch try indexedConnections(visibleTo: principal, matching: filter, page: page) {
                case .found(let page): return page
                case .overtaken: continue
                case .notReady: return try scannedConnections(visibleTo: principal, matching: filter, page: page)
                }
            }
        }
        return try scannedConnections(visibleTo: principal, matching: filter, page: page)
    }

    /// As ``connections(visibleTo:matching:page:)``, by a look at each name in the database.
    func scannedConnections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try readers.read { reader throws(SQLiteError) in
            try reader.connections(visibleTo: principal, matching: filter, page: page)
        }
    }

    enum IndexedPage {
        case found(PageOf<[UInt8]>)
        /// A change came between.
        case overtaken
        case notReady
    }

    /// As ``connections(visibleTo:matching:page:)``, by the index of names, which has what was committed before, and
    /// perhaps more: so what it tells of is then read, and what is kept from the principal read again.
    func indexedConnections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page
    ) throws(StoreError) -> IndexedPage {
        let (ordinal, hidden) = try readers.read { reader throws(SQLiteError) -> (Int64?, Set<Int64>) in
            guard let ordinal = try reader.ordinal(of: principal.organization) else { return (nil, []) }
            return (ordinal, try reader.connectionsHidden(from: principal, in: ordinal))
        }
        guard let ordinal else { return .found(.empty) }
        guard let found = names.page(in: ordinal, matching: filter, hidden: hidden, page: page) else {
            return .notReady
        }
        let read = try readers.read { reader throws(SQLiteError) -> ([[UInt8]], ListPosition?)? in
            guard try reader.connectionsHidden(from: principal, in: ordinal) == hidden else { return nil }
            return try reader.connections(found.elements, in: ordinal, category: filter.category)
        }
        guard let (documents, end) = read else { return .overtaken }
        return .found(
            PageOf(elements: documents, total: found.total, totalFiltered: found.totalFiltered, end: end)
        )
    }
}

extension SQLiteStore: ReadinessStore {
    package func unreadiness() -> Unreadiness? { health.unreadiness() }
}

extension SQLiteStore: ActingStore {
    package func actingState(
        of connection: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> ActingState? {
        try readers.read { reader throws(SQLiteError) in try reader.actingState(of: connection, in: organization) }
    }
}

extension SQLiteStore: SealedSecretStore {
    package func sealedSecrets(
        of kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> (revision: Int64, sealed: SealedSecrets?)? {
        try readers.read { reader throws(SQLiteError) in try reader.sealedSecrets(of: kind, id, in: organization) }
    }

    package func masterKeyIDs() throws(StoreError) -> [String] {
        try readers.read { reader throws(SQLiteError) in try reader.masterKeyIDs() }
    }

    package func secretsNotSealed(
        under masterKeyID: String,
        after last: Identifier?,
        atMost count: Int
    ) throws(StoreError) -> [SealedRecord] {
        try readers.read { reader throws(SQLiteError) in
            try reader.secretsNotSealed(under: masterKeyID, after: last, atMost: count)
        }
    }
}

extension SQLiteStore: AccessStore {
    // The directory is this process's alone, so what it has committed is all that there is.
    package var accessGeneration: UInt64? { writer.accessGeneration }
    package var accessStaleness: Duration { .zero }
    package func currentAccessGeneration() throws(StoreError) -> UInt64 { writer.accessGeneration }

    package func apiKey(digest: KeyDigest) throws(StoreError) -> APIKey? {
        try readers.read { reader throws(SQLiteError) in try reader.apiKey(digest: digest) }
    }

    package func apiKey(_ id: Identifier, in organization: Identifier) throws(StoreError) -> APIKey? {
        try readers.read { reader throws(SQLiteError) in try reader.apiKey(id, in: organization) }
    }

    package func apiKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<APIKey> {
        try readers.read { reader throws(SQLiteError) in
            try reader.apiKeys(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func applicationKey(digest: KeyDigest) throws(StoreError) -> ApplicationKey? {
        try readers.read { reader throws(SQLiteError) in try reader.applicationKey(digest: digest) }
    }

    package func applicationKey(
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> ApplicationKey? {
        try readers.read { reader throws(SQLiteError) in try reader.applicationKey(id, in: organization) }
    }

    package func applicationKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<ApplicationKey> {
        try readers.read { reader throws(SQLiteError) in
            try reader.applicationKeys(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func accessToken(digest: KeyDigest) throws(StoreError) -> AccessToken? {
        try readers.read { reader throws(SQLiteError) in try reader.accessToken(digest: digest) }
    }

    package func accessToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> AccessToken? {
        try readers.read { reader throws(SQLiteError) in try reader.accessToken(id, in: organization) }
    }

    package func accessTokens(
        in organization: Identifier,
        matching filter: AccessTokenFilter,
        order: AccessTokenOrder,
        page: Page
    ) throws(StoreError) -> PageOf<AccessToken> {
        try readers.read { reader throws(SQLiteError) in
            try reader.accessTokens(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func actToken(digests: ClosedRange<KeyDigest>) throws(StoreError) -> ActToken? {
        try readers.read { reader throws(SQLiteError) in try reader.actToken(digests: digests) }
    }

    package func actToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> ActToken? {
        try readers.read { reader throws(SQLiteError) in try reader.actToken(id, in: organization) }
    }

    package func actTokens(
        in organization: Identifier,
        owner: Identifier?,
        goodAt time: Timestamp,
        page: Page
    ) throws(StoreError) -> PageOf<ActToken> {
        try readers.read { reader throws(SQLiteError) in
            try reader.actTokens(in: organization, owner: owner, goodAt: time, page: page)
        }
    }

    package func registrations(in organization: Identifier, page: Page) throws(StoreError) -> PageOf<Identifier> {
        try readers.read { reader throws(SQLiteError) in try reader.registrations(in: organization, page: page) }
    }

    package func user(_ id: Identifier, in organization: Identifier) throws(StoreError) -> User? {
        try readers.read { reader throws(SQLiteError) in try reader.user(id, in: organization) }
    }

    package func users(
        in organization: Identifier,
        matching filter: UserFilter,
        order: UserOrder,
        page: Page
    ) throws(StoreError) -> PageOf<User> {
        try readers.read { reader throws(SQLiteError) in
            try reader.users(in: organization, matching: filter, order: order, page: page)
        }
    }

    package func ownRole(_ id: Identifier, in organization: Identifier) throws(StoreError) -> OwnRole? {
        try readers.read { reader throws(SQLiteError) in try reader.ownRole(id, in: organization) }
    }

    package func ownRoles(in organization: Identifier) throws(StoreError) -> [OwnRole] {
        try readers.read { reader throws(SQLiteError) in try reader.ownRoles(in: organization) }
    }

    package func userCounts(in organization: Identifier) throws(StoreError) -> [Identifier: Int] {
        try readers.read { reader throws(SQLiteError) in try reader.userCounts(in: organization) }
    }

    package func invitation(_ id: Identifier, in organization: Identifier) throws(StoreError) -> UserInvitation? {
        try readers.read { reader throws(SQLiteError) in try reader.invitation(id, in: organization) }
    }

    package func organization(_ id: Identifier) throws(StoreError) -> Organization? {
        try readers.read { reader throws(SQLiteError) in try reader.organization(id) }
    }

    package func organizations() throws(StoreError) -> [Organization] {
        try readers.read { reader throws(SQLiteError) in try reader.organizations() }
    }

    package func isInitialized() throws(StoreError) -> Bool {
        try readers.read { reader throws(SQLiteError) in try reader.newestOrganization() != nil }
    }
}
