import Storage

/// The writer's statements about the documents of one kind.
final class DocumentWriteStatements {
    let insert: Statement
    let update: Statement
    let delete: Statement
    let exists: Statement
    let revision: Statement
    let name: Statement

    let insertSealed: Statement
    let putSealed: Statement
    let updateSealed: Statement
    let deleteSealed: Statement

    init(of table: DocumentTable, on database: Database) throws(SQLiteError) {
        func writing(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database, for: .write)
        }
        insert = try writing(
            """
            INSERT INTO \(table.name) (
                key, low, organization, owner, name, category, document, document_version, revision
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1) ON CONFLICT DO NOTHING
            """
        )
        update = try writing(
            """
            UPDATE \(table.hasUniqueNames ? "OR IGNORE" : "") \(table.name)
            SET owner = ?4, name = ?5, category = ?6, document = ?7, document_version = ?8, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?9
            """
        )
        delete = try writing("DELETE FROM \(table.name) WHERE key = ?1 AND low = ?2 AND organization = ?3")
        exists = try Statement("SELECT 1 FROM \(table.name) WHERE key = ?1", on: database)
        revision = try Statement(
            "SELECT revision FROM \(table.name) WHERE key = ?1 AND low = ?2 AND organization = ?3",
            on: database
        )
        name = try Statement(
            "SELECT name FROM \(table.name) WHERE key = ?1 AND low = ?2 AND organization = ?3",
            on: database
        )

        let sealedSecrets = """
            INTO sealed_secrets (document, kind, master_key_id, bytes) VALUES (?1, \(table.number), ?2, ?3)
            """
        // Secrets in the way would be those of a document of another kind: an error, and not to be overwritten.
        insertSealed = try writing("INSERT \(sealedSecrets)")
        putSealed = try writing(
            """
            INSERT \(sealedSecrets) ON CONFLICT (document)
            DO UPDATE SET master_key_id = excluded.master_key_id, bytes = excluded.bytes WHERE kind = excluded.kind
            """
        )
        let own = "document = ?1 AND kind = \(table.number)"
        updateSealed = try writing("UPDATE sealed_secrets SET master_key_id = ?2, bytes = ?3 WHERE \(own)")
        deleteSealed = try writing("DELETE FROM sealed_secrets WHERE \(own)")
    }
}
