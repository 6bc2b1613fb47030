/// A reader's statements, prepared once.
final class ReadStatements {
    let begin: Statement
    let end: Statement
    let ordinal: Statement

    let document: Statement
    let connection: Statement
    let sealed: Statement
    let list: Statement
    let countAll: Statement
    let countFiltered: Statement

    let apiKey: Statement
    let applicationKeyByDigest: Statement
    let applicationKeyByID: Statement
    let scopes: Statement
    let user: Statement
    let roles: Statement
    let registrations: Statement
    let countRegistrations: Statement
    let newest: Statement
    let newestOrganization: Statement

    init(on database: Database) throws(SQLiteError) {
        func reading(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database)
        }
        begin = try reading("BEGIN")
        end = try reading("COMMIT")
        ordinal = try reading("SELECT ordinal FROM organizations WHERE id = ?1")

        document = try reading("SELECT document FROM connections WHERE key = ?1 AND low = ?2 AND organization = ?3")
        connection = try reading(
            """
            SELECT u.key, u.low, c.name, c.integration, c.document, c.document_version, c.revision
            FROM connections c JOIN users u ON u.key = c.owner
            WHERE c.key = ?1 AND c.low = ?2 AND c.organization = ?3
            """
        )
        sealed = try reading(
            """
            SELECT c.revision, s.master_key_id, s.bytes
            FROM connections c LEFT JOIN sealed_secrets s ON s.connection = c.key
            WHERE c.key = ?1 AND c.low = ?2 AND c.organization = ?3
            """
        )
        // The index gives the order, and tells the name without a look into the table.
        let filtered = """
            FROM connections INDEXED BY connections_by_name
            WHERE organization = ?1 AND (?2 IS NULL OR instr(lower(name), lower(?2)) > 0)
            AND (?3 IS NULL OR integration = ?3)
            """
        list = try reading("SELECT document \(filtered) ORDER BY name, key LIMIT ?4 OFFSET ?5")
        countFiltered = try reading("SELECT count(*) \(filtered)")
        countAll = try reading(
            "SELECT count(*) FROM connections INDEXED BY connections_by_name WHERE organization = ?1"
        )

        apiKey = try reading(
            """
            SELECT k.key, k.low, o.id, k.name, k.digest, k.last4, k.created_at
            FROM api_keys k JOIN organizations o ON o.ordinal = k.organization
            WHERE k.digest = ?1
            """
        )
        let applicationKey = """
            SELECT k.key, k.low, o.id, k.name, k.digest, k.last4, k.created_at,
                u.key, u.low, k.is_scoped, k.is_registered
            FROM application_keys k JOIN organizations o ON o.ordinal = k.organization JOIN users u ON u.key = k.owner
            """
        applicationKeyByDigest = try reading("\(applicationKey) WHERE k.digest = ?1")
        applicationKeyByID = try reading(
            "\(applicationKey) WHERE k.key = ?1 AND k.low = ?2 AND k.organization = ?3"
        )
        scopes = try reading("SELECT scope FROM application_key_scopes WHERE application_key = ?1 ORDER BY position")
        user = try reading(
            """
            SELECT handle, is_service_account, is_disabled, created_at
            FROM users WHERE key = ?1 AND low = ?2 AND organization = ?3
            """
        )
        roles = try reading("SELECT role FROM user_roles WHERE user = ?1 ORDER BY position")
        registrations = try reading(
            """
            SELECT key, low FROM application_keys
            WHERE organization = ?1 AND is_registered ORDER BY key LIMIT ?2 OFFSET ?3
            """
        )
        countRegistrations = try reading(
            "SELECT count(*) FROM application_keys WHERE organization = ?1 AND is_registered"
        )
        // Of each table its greatest; organisations are asked apart, as their ids are not split.
        newest = try reading(
            """
            SELECT key, low FROM (
                SELECT * FROM (SELECT key, low FROM connections ORDER BY key DESC LIMIT 1)
                UNION ALL SELECT * FROM (SELECT key, low FROM users ORDER BY key DESC LIMIT 1)
                UNION ALL SELECT * FROM (SELECT key, low FROM api_keys ORDER BY key DESC LIMIT 1)
                UNION ALL SELECT * FROM (SELECT key, low FROM application_keys ORDER BY key DESC LIMIT 1)
            ) ORDER BY key DESC LIMIT 1
            """
        )
        newestOrganization = try reading("SELECT id FROM organizations ORDER BY id DESC LIMIT 1")
    }
}
