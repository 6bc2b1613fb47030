import Storage

/// A reader's statements, prepared once.
final class ReadStatements {
    let begin: Statement
    let end: Statement
    let ordinal: Statement

    let documents: PerDocumentKind<DocumentReadStatements>
    let connections: ConnectionReadStatements
    let notSealed: Statement
    let masterKeys: Statement
    let serverKey: Statement
    let externalID: Statement

    let apiKeyByDigest: Statement
    let apiKeyByID: Statement
    let applicationKeyByDigest: Statement
    let applicationKeyByID: Statement
    let scopes: Statement
    let user: Statement
    let roles: Statement
    let ownRoles: RoleReadStatements
    let invitation: Statement
    let tokens: TokenReadStatements
    let registrations: Statement
    let countRegistrations: Statement
    let organization: Statement
    let organizations: Statement
    let audit: AuditReadStatements
    let auditWebhooks: Statement
    let newest: Statement
    let newestOrganization: Statement

    init(on database: Database) throws(SQLiteError) {
        func reading(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database)
        }
        begin = try reading("BEGIN")
        end = try reading("COMMIT")
        ordinal = try reading("SELECT ordinal FROM organizations WHERE id = ?1")

        documents = try PerDocumentKind { table throws(SQLiteError) in
            try DocumentReadStatements(of: table, on: database)
        }
        connections = try ConnectionReadStatements(on: database)
        notSealed = try reading(Self.notSealed)
        masterKeys = try reading("SELECT id FROM master_keys ORDER BY id")
        serverKey = try reading("SELECT master_key_id, bytes FROM server_keys WHERE name = ?1")
        externalID = try reading(
            """
            SELECT o.id, 1 FROM external_ids e JOIN organizations o ON o.ordinal = e.organization WHERE e.id = ?1
            UNION ALL
            SELECT o.id, 0 FROM brought_external_ids b JOIN organizations o ON o.ordinal = b.organization
            WHERE b.id = ?1
            ORDER BY 2 DESC LIMIT 1
            """
        )

        apiKeyByDigest = try reading("\(Self.apiKeys) WHERE k.digest = ?1")
        apiKeyByID = try reading("\(Self.apiKeys) WHERE k.key = ?1 AND k.low = ?2 AND k.organization = ?3")
        applicationKeyByDigest = try reading("\(Self.applicationKeys) WHERE k.digest = ?1")
        applicationKeyByID = try reading(
            "\(Self.applicationKeys) WHERE k.key = ?1 AND k.low = ?2 AND k.organization = ?3"
        )
        scopes = try reading("SELECT scope FROM application_key_scopes WHERE application_key = ?1 ORDER BY position")
        user = try reading("\(Self.users) WHERE key = ?1 AND low = ?2 AND organization = ?3")
        roles = try reading("SELECT role FROM user_roles WHERE user = ?1 ORDER BY position")
        ownRoles = try RoleReadStatements(on: database)
        invitation = try reading(
            """
            SELECT u.key, u.low, i.digest, i.permissions, i.created_at
            FROM user_invitations i JOIN users u ON u.key = i.user
            WHERE i.key = ?1 AND i.low = ?2 AND i.organization = ?3
            """
        )
        tokens = try TokenReadStatements(on: database)
        registrations = try reading(
            """
            SELECT key, low FROM application_keys
            WHERE organization = ?1 AND is_registered AND key > ?4 ORDER BY key LIMIT ?2 OFFSET ?3
            """
        )
        countRegistrations = try reading(
            "SELECT count(*) FROM application_keys WHERE organization = ?1 AND is_registered"
        )
        organization = try reading("SELECT id, name, created_at FROM organizations WHERE id = ?1")
        organizations = try reading("SELECT id, name, created_at FROM organizations ORDER BY created_at, id")
        audit = try AuditReadStatements(on: database)
        auditWebhooks = try reading(
            """
            SELECT w.key, w.low, o.id, w.document, w.revision, w.delivered
            FROM audit_webhooks w JOIN organizations o ON o.ordinal = w.organization ORDER BY w.key
            """
        )
        newest = try reading(Self.newest)
        newestOrganization = try reading("SELECT id FROM organizations ORDER BY id DESC LIMIT 1")
    }
}

// MARK: What several statements share, and what is long

extension ReadStatements {
    static let apiKeys = """
        SELECT k.key, k.low, o.id, k.name, k.digest, k.last4, k.created_at,
            c.key, c.low, k.modified_at, m.key, m.low, k.last_used_at, k.revision
        FROM api_keys k JOIN organizations o ON o.ordinal = k.organization
        LEFT JOIN users c ON c.key = k.created_by LEFT JOIN users m ON m.key = k.modified_by
        """

    static let applicationKeys = """
        SELECT k.key, k.low, o.id, k.name, k.digest, k.last4, k.created_at, u.key, u.low, k.is_scoped, k.is_registered,
            k.last_used_at, k.revision
        FROM application_keys k JOIN organizations o ON o.ordinal = k.organization JOIN users u ON u.key = k.owner
        """

    static let users = """
        SELECT key, low, handle, email, name, title, is_service_account, is_disabled, created_at, modified_at,
            last_login_at, revision
        FROM users
        """

    /// Walks along the keys of the secrets, and looks for the document of each: that gives the order without sorting.
    /// The parameters: the id of the master key, the first document's key, and how many.
    static var notSealed: String {
        let tables = DocumentKind.allCases.map(\.table).filter(\.holdsSecrets)
        func first(_ column: String) -> String {
            "coalesce(\(tables.map { "\($0.name).\(column)" }.joined(separator: ", ")))"
        }
        let joins = tables.map { table in
            "LEFT JOIN \(table.name) ON s.kind = \(table.number) AND \(table.name).key = s.document"
        }
        return """
            SELECT s.document, \(first("low")), s.kind, o.id, \(first("revision")), s.master_key_id, s.bytes
            FROM sealed_secrets s \(joins.joined(separator: " "))
            CROSS JOIN organizations o ON o.ordinal = \(first("organization"))
            WHERE s.master_key_id <> ?1 AND s.document >= ?2 ORDER BY s.document LIMIT ?3
            """
    }

    /// The greatest id of each table; organisations have a query of their own, as their ids are not split.
    private static var newest: String {
        let tables =
            DocumentKind.allCases.map(\.table.name) + [
                "users", "roles", "user_invitations", "api_keys", "application_keys", "access_tokens",
                "act_tokens",
            ]
        let greatest = tables.map { "SELECT * FROM (SELECT key, low FROM \($0) ORDER BY key DESC LIMIT 1)" }
        return "SELECT key, low FROM (\(greatest.joined(separator: " UNION ALL "))) ORDER BY key DESC LIMIT 1"
    }
}
