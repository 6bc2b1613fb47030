extension Migration {
    /// Restriction policies and settings of connections.
    ///
    /// `is_restricted` says whether a connection has bindings: so a read by id knows without a look into another tree,
    /// and an organisation's restricted connections are found by an index that is empty where there are none.
    static let restrictions = Migration(
        version: 2,
        sql: """
            ALTER TABLE connections ADD COLUMN is_restricted INTEGER NOT NULL DEFAULT 0;

            CREATE INDEX restricted_connections ON connections (organization, is_restricted) WHERE is_restricted;

            -- Principals and relations as they are on the wire.
            CREATE TABLE restriction_bindings (
                connection INTEGER NOT NULL REFERENCES connections ON DELETE CASCADE,
                principal TEXT NOT NULL,
                relation TEXT NOT NULL,
                position INTEGER NOT NULL,
                PRIMARY KEY (connection, principal, relation)
            ) STRICT, WITHOUT ROWID;

            \(documents("connection_settings", key: "INTEGER PRIMARY KEY REFERENCES connections ON DELETE CASCADE"))

            CREATE INDEX connection_settings_by_name ON connection_settings (organization, name);
            """
    )
}
