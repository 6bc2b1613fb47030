extension Migration {
    /// The day on which each connection was last acted through.
    static let connectionUses = Migration(
        version: 15,
        sql: "ALTER TABLE connections ADD COLUMN last_used_at INTEGER;"
    )
}
