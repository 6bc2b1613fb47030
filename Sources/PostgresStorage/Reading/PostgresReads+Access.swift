import Access
import Documents
import Storage

extension PostgresReads {
    // MARK: Keys

    static let apiKeys = """
        SELECT k.key, k.low, o.id, k.name, k.digest, k.last4, k.created_at,
            c.key, c.low, k.modified_at, m.key, m.low, k.last_used_at, k.revision
        FROM api_keys k JOIN organizations o ON o.ordinal = k.organization
        LEFT JOIN users c ON c.key = k.created_by LEFT JOIN users m ON m.key = k.modified_by
        """

    func apiKey(digest: KeyDigest) throws(PostgresError) -> APIKey? {
        let found = try ask("\(Self.apiKeys) WHERE k.digest = $1", .bytes(digest.bytes))
        return try found.first.map { row throws(PostgresError) in try Self.apiKey(row) }
    }

    func apiKey(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> APIKey? {
        let found = try row(
            "\(Self.apiKeys) WHERE k.key = $1 AND k.low = $2 AND k.organization = $3",
            id,
            in: organization
        )
        return try found.map { row throws(PostgresError) in try Self.apiKey(row) }
    }

    /// The key in the row of a statement that begins with ``apiKeys``.
    static func apiKey(_ row: SQLRow) throws(PostgresError) -> APIKey {
        var key = APIKey(
            id: row.splitIdentifier(0),
            organization: try row.identifier(2),
            name: row.text(3),
            digest: try row.digest(4),
            last4: row.text(5),
            createdAt: row.timestamp(6),
            createdBy: row.isNull(7) ? nil : row.splitIdentifier(7)
        )
        key.modifiedAt = row.timestamp(9)
        key.modifiedBy = row.isNull(10) ? nil : row.splitIdentifier(10)
        key.lastUsedAt = row.optionalTimestamp(12)
        key.revision = row.integer(13)
        return key
    }

    static let applicationKeys = """
        SELECT k.key, k.low, o.id, k.name, k.digest, k.last4, k.created_at, u.key, u.low, k.is_scoped, k.is_registered,
            k.last_used_at, k.revision,
            ARRAY(SELECT s.scope FROM application_key_scopes s WHERE s.application_key = k.key ORDER BY s.position)
        FROM application_keys k JOIN organizations o ON o.ordinal = k.organization JOIN users u ON u.key = k.owner
        """

    func applicationKey(digest: KeyDigest) throws(PostgresError) -> ApplicationKey? {
        let found = try ask("\(Self.applicationKeys) WHERE k.digest = $1", .bytes(digest.bytes))
        return try found.first.map { row throws(PostgresError) in try Self.applicationKey(row) }
    }

    func applicationKey(
        _ id: Identifier,
        in organization: Identifier
    ) throws(PostgresError) -> ApplicationKey? {
        let found = try row(
            "\(Self.applicationKeys) WHERE k.key = $1 AND k.low = $2 AND k.organization = $3",
            id,
            in: organization
        )
        return try found.map { row throws(PostgresError) in try Self.applicationKey(row) }
    }

    /// The key in the row of a statement that begins with ``applicationKeys``.
    static func applicationKey(_ row: SQLRow) throws(PostgresError) -> ApplicationKey {
        var key = ApplicationKey(
            id: row.splitIdentifier(0),
            organization: try row.identifier(2),
            owner: row.splitIdentifier(7),
            name: row.text(3),
            digest: try row.digest(4),
            last4: row.text(5),
            scopes: row.flag(9) ? row.texts(13) : nil,
            isRegistered: row.flag(10),
            createdAt: row.timestamp(6)
        )
        key.lastUsedAt = row.optionalTimestamp(11)
        key.revision = row.integer(12)
        return key
    }

    func registrations(in organization: Identifier, page: Page) throws(PostgresError) -> PageOf<Identifier> {
        guard let ordinal = try ordinal(of: organization) else { return .empty }
        let results = try ask(together: [
            SQLQuery(
                """
                SELECT key, low FROM application_keys
                WHERE organization = $1 AND is_registered <> 0 AND key > $4 ORDER BY key LIMIT $2 OFFSET $3
                """,
                .integer(ordinal),
                SQLQuery.limit(of: page),
                SQLQuery.offset(of: page),
                .integer(page.after?.id.key ?? .min)
            ),
            SQLQuery(
                "SELECT count(*) FROM application_keys WHERE organization = $1 AND is_registered <> 0",
                .integer(ordinal)
            ),
        ])
        let ids = try results[0].map { row throws(PostgresError) in row.splitIdentifier(0) }
        let total = Int(results[1].first?.integer(0) ?? 0)
        let end = ids.last.map { ListPosition(.none, $0) }
        return PageOf(elements: ids, total: total, totalFiltered: total, end: end)
    }

    // MARK: Users and roles

    static let users = """
        SELECT key, low, handle, email, name, title, is_service_account, is_disabled, created_at, modified_at,
            last_login_at, revision, ARRAY(SELECT r.role FROM user_roles r WHERE r."user" = users.key ORDER BY r.position)
        FROM users
        """

    func user(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> User? {
        let found = try row(
            "\(Self.users) WHERE key = $1 AND low = $2 AND organization = $3",
            id,
            in: organization
        )
        return try found.map { row throws(PostgresError) in try Self.user(row, in: organization) }
    }

    /// The user in the row of a statement that begins with ``users``.
    static func user(_ row: SQLRow, in organization: Identifier) throws(PostgresError) -> User {
        var roles: [Identifier] = []
        for text in row.texts(12) {
            guard let role = Identifier(text) else { throw .damaged }
            roles.append(role)
        }
        var user = User(
            id: row.splitIdentifier(0),
            organization: organization,
            handle: row.text(2),
            email: row.text(3),
            name: row.optionalText(4),
            title: row.optionalText(5),
            isServiceAccount: row.flag(6),
            isDisabled: row.flag(7),
            roles: roles,
            createdAt: row.timestamp(8)
        )
        user.modifiedAt = row.timestamp(9)
        user.lastLoginAt = row.optionalTimestamp(10)
        user.revision = row.integer(11)
        return user
    }

    private static let roles = """
        SELECT key, low, name, permissions, source, source_permissions, created_at, modified_at, revision
        FROM roles
        """

    func ownRole(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> OwnRole? {
        let found = try row(
            "\(Self.roles) WHERE key = $1 AND low = $2 AND organization = $3",
            id,
            in: organization
        )
        return try found.map { row throws(PostgresError) in try Self.ownRole(row, in: organization) }
    }

    func ownRoles(in organization: Identifier) throws(PostgresError) -> [OwnRole] {
        guard let ordinal = try ordinal(of: organization) else { return [] }
        return try ask("\(Self.roles) WHERE organization = $1 ORDER BY key", .integer(ordinal)).map {
            row throws(PostgresError) in
            try Self.ownRole(row, in: organization)
        }
    }

    private static func ownRole(_ row: SQLRow, in organization: Identifier) throws(PostgresError) -> OwnRole {
        var source: OwnRole.Source?
        if !row.isNull(4) {
            source = OwnRole.Source(role: try row.identifier(4), known: PermissionSet(names: row.text(5)))
        }
        var role = OwnRole(
            id: row.splitIdentifier(0),
            organization: organization,
            name: row.text(2),
            given: PermissionSet(names: row.text(3)),
            source: source,
            createdAt: row.timestamp(6)
        )
        role.modifiedAt = row.timestamp(7)
        role.revision = row.integer(8)
        return role
    }

    func userCounts(in organization: Identifier) throws(PostgresError) -> [Identifier: Int] {
        guard let ordinal = try ordinal(of: organization) else { return [:] }
        let rows = try ask(
            """
            SELECT r.role, count(*) FROM users u JOIN user_roles r ON r."user" = u.key
            WHERE u.organization = $1 GROUP BY r.role
            """,
            .integer(ordinal)
        )
        var counts: [Identifier: Int] = [:]
        _ = try rows.map { row throws(PostgresError) in counts[try row.identifier(0)] = Int(row.integer(1)) }
        return counts
    }

    func invitation(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> UserInvitation? {
        let found = try row(
            """
            SELECT u.key, u.low, i.digest, i.permissions, i.created_at
            FROM user_invitations i JOIN users u ON u.key = i."user"
            WHERE i.key = $1 AND i.low = $2 AND i.organization = $3
            """,
            id,
            in: organization
        )
        guard let row = found else { return nil }
        return UserInvitation(
            id: id,
            organization: organization,
            user: row.splitIdentifier(0),
            digest: try row.digest(2),
            permissions: PermissionSet(names: row.text(3)),
            createdAt: row.timestamp(4)
        )
    }

    // MARK: Organisations

    func organization(_ id: Identifier) throws(PostgresError) -> Organization? {
        let found = try ask("SELECT id, name, created_at FROM organizations WHERE id = $1", .text(id.description))
        return try found.first.map { row throws(PostgresError) in try Self.organization(row) }
    }

    func organizations() throws(PostgresError) -> [Organization] {
        try ask("SELECT id, name, created_at FROM organizations ORDER BY created_at, id").map {
            row throws(PostgresError) in
            try Self.organization(row)
        }
    }

    private static func organization(_ row: SQLRow) throws(PostgresError) -> Organization {
        Organization(id: try row.identifier(0), name: row.text(1), createdAt: row.timestamp(2))
    }

    func newestIdentifier() throws(PostgresError) -> Identifier? {
        let results = try ask(together: [SQLQuery(Self.newest), SQLQuery(Self.newestOrganization)])
        let newest = results.first?.first?.splitIdentifier(0)
        let organization = try results.last?.first.map { row throws(PostgresError) in try row.identifier(0) }
        guard let newest, let organization else { return newest ?? organization }
        return max(newest, organization)
    }

    func isInitialized() throws(PostgresError) -> Bool {
        try ask(Self.newestOrganization).first != nil
    }

    private static let newestOrganization = "SELECT id FROM organizations ORDER BY id DESC LIMIT 1"

    /// The greatest id of each table; organisations have a query of their own, as their ids are not split.
    private static let newest: String = {
        let tables =
            DocumentKind.allCases.map(\.table.name) + [
                "users", "roles", "user_invitations", "api_keys", "application_keys", "access_tokens",
                "act_tokens",
            ]
        let greatest = tables.map { "(SELECT key, low FROM \($0) ORDER BY key DESC LIMIT 1)" }
        return "SELECT key, low FROM (\(greatest.joined(separator: " UNION ALL "))) n ORDER BY key DESC LIMIT 1"
    }()

    // MARK: Audit

    func newestAuditLine(in organization: Identifier) throws(PostgresError) -> AuditLine? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        let places = AuditPlace.all(of: ordinal)
        let found = try ask(
            "SELECT place, time, event FROM audit_log WHERE place BETWEEN $1 AND $2 ORDER BY place DESC LIMIT 1",
            .integer(places.lowerBound),
            .integer(places.upperBound)
        )
        return try lines(found, ordinal).first
    }

    func auditWebhooks() throws(PostgresError) -> [StoredAuditWebhook] {
        try ask(
            """
            SELECT w.key, w.low, o.id, w.document, w.revision, w.delivered
            FROM audit_webhooks w JOIN organizations o ON o.ordinal = w.organization ORDER BY w.key
            """
        ).map { row throws(PostgresError) in
            StoredAuditWebhook(
                id: row.splitIdentifier(0),
                organization: try row.identifier(2),
                document: row.bytes(3),
                revision: row.integer(4),
                delivered: row.integer(5)
            )
        }
    }

    func auditLines(
        in organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(PostgresError) -> [AuditLine] {
        guard let ordinal = try ordinal(of: organization) else { return [] }
        let found = try ask(
            "SELECT place, time, event FROM audit_log WHERE place > $1 AND place <= $2 ORDER BY place LIMIT $3",
            .integer(AuditPlace.of(sequence: sequence, in: ordinal)),
            .integer(AuditPlace.all(of: ordinal).upperBound),
            .integer(Int64(max(count, 0)))
        )
        return try lines(found, ordinal)
    }

    func auditLines(
        in organization: Identifier,
        _ span: AuditSpan,
        atMost count: Int
    ) throws(PostgresError) -> [AuditLine] {
        guard let ordinal = try ordinal(of: organization) else { return [] }
        var parameters: [SQLValue] = [
            .integer(ordinal), .integer(span.from.microseconds), .integer(span.to.microseconds),
            .integer(Int64(max(count, 0))),
        ]
        let (comparison, direction) = span.isDescending ? ("<", "DESC") : (">", "ASC")
        var rest = ""
        if let position = span.position {
            rest = " AND (time, place) \(comparison) ($5, $6)"
            parameters.append(.integer(position.time.microseconds))
            parameters.append(.integer(AuditPlace.of(sequence: position.sequence, in: ordinal)))
        }
        let query = SQLQuery(
            """
            SELECT place, time, event FROM audit_log
            WHERE place >> 40 = $1 AND time BETWEEN $2 AND $3\(rest)
            ORDER BY time \(direction), place \(direction) LIMIT $4
            """,
            parameters: parameters,
            isKept: false
        )
        guard let found = try ask(together: [query]).first else { throw .lostConnection() }
        return try lines(found, ordinal)
    }

    private func lines(_ found: SQLResult, _ ordinal: Int64) throws(PostgresError) -> [AuditLine] {
        let first = AuditPlace.all(of: ordinal).lowerBound
        return try found.map { row throws(PostgresError) in
            AuditLine(sequence: row.integer(0) - first, time: row.timestamp(1), bytes: row.bytes(2))
        }
    }
}
