extension Migration {
    /// Revisions of what decides over access: a change names the one that it was made from.
    static let revisions = Migration(
        version: 9,
        sql: """
            ALTER TABLE users ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE roles ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE api_keys ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE application_keys ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
            """
    )
}
