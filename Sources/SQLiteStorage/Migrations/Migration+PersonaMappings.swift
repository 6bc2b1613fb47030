extension Migration {
    /// AWS principals that stand for users.
    static let personaMappings = Migration(
        version: 13,
        sql: """
            \(documents("persona_mappings", key: "INTEGER PRIMARY KEY"))

            CREATE UNIQUE INDEX persona_mappings_by_name ON persona_mappings (organization, name);
            """
    )
}
