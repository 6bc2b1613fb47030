extension Migration {
    /// Receivers of audit events, and how far each has received its organisation's log.
    static let auditWebhooks = Migration(
        version: 14,
        sql: """
            \(documents("audit_webhooks", key: "INTEGER PRIMARY KEY"))

            ALTER TABLE audit_webhooks ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;

            CREATE UNIQUE INDEX audit_webhooks_by_name ON audit_webhooks (organization, name);
            """
    )
}
