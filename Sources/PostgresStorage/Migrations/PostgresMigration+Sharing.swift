extension PostgresMigration {
    /// The tables of what nodes share, and their numbers.
    static let sharing = PostgresMigration(
        version: 2,
        oldest: 1,
        statements: [
            """
            CREATE TABLE shared_tokens (
                connection int8 NOT NULL,
                low int8 NOT NULL,
                revision int8 NOT NULL,
                digest bytea NOT NULL,
                serial int8 NOT NULL,
                master_key_id text COLLATE "C",
                bytes bytea,
                good_until int8,
                erased_at int8 NOT NULL,
                lease text COLLATE "C",
                lease_until int8,
                PRIMARY KEY (connection, low, revision, digest)
            )
            """,
            "CREATE INDEX shared_tokens_by_end ON shared_tokens (erased_at)",
            """
            CREATE TABLE taken_proofs (
                digest bytea PRIMARY KEY,
                taker bytea NOT NULL,
                ends_at int8 NOT NULL
            )
            """,
            "CREATE INDEX taken_proofs_by_end ON taken_proofs (ends_at)",
            "CREATE SEQUENCE node_numbers",
        ]
    )
}
