/// A reader's statements about roles of organisations' own.
final class RoleReadStatements {
    let role: Statement
    let all: Statement
    let userCounts: Statement

    init(on database: Database) throws(SQLiteError) {
        role = try Statement("\(Self.roles) WHERE key = ?1 AND low = ?2 AND organization = ?3", on: database)
        all = try Statement("\(Self.roles) WHERE organization = ?1 ORDER BY key", on: database)
        userCounts = try Statement(
            """
            SELECT r.role, count(*) FROM users u JOIN user_roles r ON r.user = u.key
            WHERE u.organization = ?1 GROUP BY r.role
            """,
            on: database
        )
    }

    private static let roles = """
        SELECT key, low, name, permissions, source, source_permissions, created_at, modified_at, revision
        FROM roles
        """
}
