import Storage

/// A reader's statements about the documents of one kind.
final class DocumentReadStatements {
    let document: Statement
    let stored: Statement
    let sealed: Statement
    let list: Statement
    let countAll: Statement
    let countFiltered: Statement

    init(of table: DocumentTable, on database: Database) throws(SQLiteError) {
        func reading(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database)
        }
        document = try reading("SELECT document FROM \(table.name) WHERE key = ?1 AND low = ?2 AND organization = ?3")
        stored = try reading(
            """
            SELECT u.key, u.low, d.name, d.category, d.document, d.document_version, d.revision
            FROM \(table.name) d JOIN users u ON u.key = d.owner
            WHERE d.key = ?1 AND d.low = ?2 AND d.organization = ?3
            """
        )
        sealed = try reading(
            """
            SELECT d.revision, s.master_key_id, s.bytes
            FROM \(table.name) d LEFT JOIN sealed_secrets s ON s.document = d.key AND s.kind = \(table.number)
            WHERE d.key = ?1 AND d.low = ?2 AND d.organization = ?3
            """
        )
        list = try reading(Self.list(of: table))
        countFiltered = try reading("SELECT count(*) \(Self.filtered(table))")
        countAll = try reading(
            "SELECT count(*) FROM \(table.name) INDEXED BY \(table.name)_by_name WHERE organization = ?1"
        )
    }

    static func list(of table: DocumentTable) -> String {
        "SELECT document, name, key, low \(filtered(table)) \(page)"
    }

    /// The order of lists, and which part of one: behind the name of the eighth parameter and the key of the ninth.
    static let page = "AND (?8 IS NULL OR (name, key) > (?8, ?9)) ORDER BY name, key LIMIT ?5 OFFSET ?6"

    /// The index gives the order, and tells the name without a look into the table. A name that is asked for exactly is
    /// both ends of the range; of all names, '' is the first, and a blob comes after any. A page that goes on begins
    /// there.
    static func filtered(_ table: DocumentTable) -> String {
        """
        FROM \(table.name) INDEXED BY \(table.name)_by_name
        WHERE organization = ?1 AND name BETWEEN coalesce(?2, ?8, '') AND ifnull(?2, x'')
        AND (?3 IS NULL OR instr(lower(name), lower(?3)) > 0)
        AND (?4 IS NULL OR category = ?4)
        """
    }
}
