extension Migration {
    /// Keys of the server's own by name, sealed under a master key as other secrets are: the one that signs heads of
    /// audit chains is the first of them.
    static let serverKeys = Migration(
        version: 10,
        sql: """
            CREATE TABLE server_keys (
                name TEXT PRIMARY KEY,
                master_key_id TEXT NOT NULL,
                bytes BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;

            INSERT INTO server_keys (name, master_key_id, bytes)
            SELECT 'audit_signing', master_key_id, bytes FROM audit_signing_key;

            DROP TABLE audit_signing_key;
            """
    )
}
