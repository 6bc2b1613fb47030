extension Migration {
    /// Roles of an organisation's own. Permissions are their names, with spaces between.
    static let roles = Migration(
        version: 5,
        sql: """
            CREATE TABLE roles (
                key INTEGER PRIMARY KEY,
                low INTEGER NOT NULL,
                organization INTEGER NOT NULL REFERENCES organizations,
                name TEXT NOT NULL,
                permissions TEXT NOT NULL,
                source TEXT,
                source_permissions TEXT,
                created_at INTEGER NOT NULL,
                modified_at INTEGER NOT NULL
            ) STRICT;

            CREATE UNIQUE INDEX roles_by_name ON roles (organization, name);
            """
    )
}
