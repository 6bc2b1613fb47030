extension PostgresMigration {
    /// Steps 14 and 15 of the embedded store: receivers of audit events, and the days on which connections were used.
    static let auditWebhooks = PostgresMigration(
        version: 3,
        oldest: 1,
        statements: documents("audit_webhooks", more: ", delivered int8 NOT NULL DEFAULT 0") + [
            "CREATE UNIQUE INDEX audit_webhooks_by_name ON audit_webhooks (organization, name)",
            "ALTER TABLE connections ADD COLUMN last_used_at int8",
        ]
    )
}
