/// The writer's statements about restriction policies.
final class RestrictionWriteStatements {
    let mark: Statement
    let deleteBindings: Statement
    let insertBinding: Statement

    init(on database: Database) throws(SQLiteError) {
        func writing(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database, for: .write)
        }
        mark = try writing(
            """
            UPDATE connections SET is_restricted = ?4, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?5
            """
        )
        deleteBindings = try writing("DELETE FROM restriction_bindings WHERE connection = ?1")
        insertBinding = try writing(
            "INSERT INTO restriction_bindings (connection, principal, relation, position) VALUES (?1, ?2, ?3, ?4)"
        )
    }
}
