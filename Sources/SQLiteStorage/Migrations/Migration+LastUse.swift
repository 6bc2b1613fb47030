extension Migration {
    /// When keys were last used, and users last logged in: by a key, for there is no other way.
    static let lastUse = Migration(
        version: 6,
        sql: """
            ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
            ALTER TABLE application_keys ADD COLUMN last_used_at INTEGER;
            ALTER TABLE users ADD COLUMN last_login_at INTEGER;
            """
    )
}
