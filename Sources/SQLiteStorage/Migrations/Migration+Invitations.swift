extension Migration {
    /// Invitations of users that were not accepted yet. Permissions are their names, with spaces between.
    static let invitations = Migration(
        version: 7,
        sql: """
            CREATE TABLE user_invitations (
                key INTEGER PRIMARY KEY,
                low INTEGER NOT NULL,
                organization INTEGER NOT NULL REFERENCES organizations,
                user INTEGER NOT NULL REFERENCES users,
                digest BLOB NOT NULL,
                permissions TEXT NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT;

            CREATE INDEX user_invitations_by_user ON user_invitations (user);
            """
    )
}
