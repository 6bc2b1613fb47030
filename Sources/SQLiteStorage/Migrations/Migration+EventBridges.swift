extension Migration {
    /// Event sources of Amazon EventBridge.
    static let eventBridges = Migration(
        version: 8,
        sql: """
            \(documents("event_bridges", key: "INTEGER PRIMARY KEY"))

            CREATE UNIQUE INDEX event_bridges_by_name ON event_bridges (organization, name);
            """
    )
}
