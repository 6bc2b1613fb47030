extension Migration {
    /// Each event's time stands beside it, so that an organisation's events are found by it.
    ///
    /// The signing key of the chains' heads is one row, sealed under a master key as other secrets are.
    static let auditByTime = Migration(
        version: 3,
        sql: """
            ALTER TABLE audit_log ADD COLUMN time INTEGER NOT NULL DEFAULT 0;

            -- 2026-11-20T14:05:09.000120Z, in microseconds.
            UPDATE audit_log SET time =
                CAST(strftime('%s', substr(json_extract(event, '$.time'), 1, 19)) AS INTEGER) * 1000000
                + CAST(substr(json_extract(event, '$.time'), 21, 6) AS INTEGER);

            CREATE INDEX audit_log_by_time ON audit_log (place >> 40, time);

            CREATE TABLE audit_signing_key (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                master_key_id TEXT NOT NULL,
                bytes BLOB NOT NULL
            ) STRICT;
            """
    )
}
