extension Migration {
    /// External ids that AWS accounts brought, each as long as its account has it. Those in `external_ids` were issued.
    static let broughtExternalIDs = Migration(
        version: 4,
        sql: """
            CREATE TABLE brought_external_ids (
                account INTEGER PRIMARY KEY REFERENCES aws_accounts ON DELETE CASCADE,
                organization INTEGER NOT NULL REFERENCES organizations,
                id TEXT NOT NULL
            ) STRICT;

            CREATE INDEX brought_external_ids_by_id ON brought_external_ids (id, organization);
            """
    )
}
