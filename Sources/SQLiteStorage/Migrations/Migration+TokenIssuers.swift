extension Migration {
    /// Issuers whose tokens stand for service accounts.
    static let tokenIssuers = Migration(
        version: 12,
        sql: """
            \(documents("token_issuers", key: "INTEGER PRIMARY KEY"))

            CREATE UNIQUE INDEX token_issuers_by_name ON token_issuers (organization, name);
            """
    )
}
