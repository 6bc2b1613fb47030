/// The writer's statements about roles of organisations' own.
final class RoleWriteStatements {
    let insert: Statement
    let update: Statement
    let delete: Statement
    let keyExists: Statement
    let markUsers: Statement
    let takeFromUsers: Statement
    let markPolicies: Statement
    let takeFromPolicies: Statement

    init(on database: Database) throws(SQLiteError) {
        func writing(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database, for: .write)
        }
        insert = try writing(
            """
            INSERT INTO roles (
                key, low, organization, name, permissions, source, source_permissions, modified_at, created_at
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
            """
        )
        update = try writing(
            """
            UPDATE OR IGNORE roles
            SET name = ?4, permissions = ?5, source = ?6, source_permissions = ?7, modified_at = ?8,
                revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?9
            """
        )
        delete = try writing("DELETE FROM roles WHERE key = ?1 AND low = ?2 AND organization = ?3")
        keyExists = try Statement("SELECT 1 FROM roles WHERE key = ?1", on: database)
        markUsers = try writing(
            "UPDATE users SET revision = revision + 1 WHERE key IN (SELECT user FROM user_roles WHERE role = ?1)"
        )
        takeFromUsers = try writing("DELETE FROM user_roles WHERE role = ?1")
        // Both look at policies that name somebody else too.
        markPolicies = try writing(
            """
            UPDATE connections SET revision = revision + 1 WHERE key IN (
                SELECT b.connection FROM restriction_bindings b WHERE b.principal = ?1 AND EXISTS (
                    SELECT 1 FROM restriction_bindings o WHERE o.connection = b.connection AND o.principal <> ?1
                )
            )
            """
        )
        takeFromPolicies = try writing(
            """
            DELETE FROM restriction_bindings WHERE principal = ?1 AND EXISTS (
                SELECT 1 FROM restriction_bindings o
                WHERE o.connection = restriction_bindings.connection AND o.principal <> ?1
            )
            """
        )
    }
}
