import Storage

/// A reader's statements about connections and what belongs to them.
final class ConnectionReadStatements {
    let connection: Statement
    let bindings: Statement
    let acting: Statement
    let lastUse: Statement

    let restricted: Statement
    let list: Statement
    let countAll: Statement
    let countFiltered: Statement
    let hidden: Statement
    let listed: Statement

    init(on database: Database) throws(SQLiteError) {
        func reading(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database)
        }
        connection = try reading(Self.connection)
        bindings = try reading(
            "SELECT relation, principal FROM restriction_bindings WHERE connection = ?1 ORDER BY position"
        )
        acting = try reading(Self.acting)
        lastUse = try reading(
            "SELECT last_used_at FROM connections WHERE key = ?1 AND low = ?2 AND organization = ?3"
        )
        restricted = try reading(
            """
            SELECT 1 FROM connections INDEXED BY restricted_connections
            WHERE organization = ?1 AND is_restricted LIMIT 1
            """
        )
        list = try reading(Self.visibleList)
        countAll = try reading(
            "SELECT count(*) FROM connections INDEXED BY connections_by_name WHERE organization = ?1 AND \(Self.isVisible)"
        )
        countFiltered = try reading("SELECT count(*) \(Self.visible)")
        hidden = try reading(Self.hidden(from: "?2"))
        listed = try reading(
            "SELECT document, name, category, low FROM connections WHERE key = ?1 AND organization = ?2"
        )
    }

    static let connection = """
        SELECT document, revision, is_restricted FROM connections
        WHERE key = ?1 AND low = ?2 AND organization = ?3
        """

    static var acting: String {
        """
        SELECT c.document, c.revision, c.is_restricted, s.master_key_id, s.bytes, t.document, t.revision
        FROM connections c
        LEFT JOIN sealed_secrets s ON s.document = c.key AND s.kind = \(table.number)
        LEFT JOIN connection_settings t ON t.key = c.key
        WHERE c.key = ?1 AND c.low = ?2 AND c.organization = ?3
        """
    }

    private static let table = DocumentKind.connection.table

    /// As the list of any kind of documents; the seventh parameter are the names of the principal, a list in JSON.
    static var visibleList: String { "SELECT document, name, key, low \(visible) \(DocumentReadStatements.page)" }

    private static var visible: String { "\(DocumentReadStatements.filtered(table)) AND \(isVisible)" }

    /// The condition of visible connections. Hidden ones are found once for the whole list, and not for each row.
    private static let isVisible = "key NOT IN (\(hidden(from: "?7")))"

    /// The keys of the connections of an organisation that are kept from a principal, whose names are a list in JSON.
    static func hidden(from names: String) -> String {
        """
        SELECT r.key FROM connections r INDEXED BY restricted_connections
        WHERE r.organization = ?1 AND r.is_restricted AND NOT EXISTS (
            SELECT 1 FROM restriction_bindings b
            WHERE b.connection = r.key AND b.principal IN (SELECT value FROM json_each(\(names)))
        )
        """
    }
}
