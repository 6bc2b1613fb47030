/// A reader's statements about the audit log. Of each, the first columns are place, time and event.
final class AuditReadStatements {
    let newest: Statement
    let bySequence: Statement
    let ascending: Statement
    let descending: Statement

    init(on database: Database) throws(SQLiteError) {
        newest = try Statement(
            "SELECT place, time, event FROM audit_log WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC LIMIT 1",
            on: database
        )
        bySequence = try Statement(
            "SELECT place, time, event FROM audit_log WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3",
            on: database
        )
        ascending = try Statement(Self.byTime(isDescending: false), on: database)
        descending = try Statement(Self.byTime(isDescending: true), on: database)
    }

    /// The parameters: the organisation's ordinal, the first and the last time, the time and the place to go on behind,
    /// and how many.
    static func byTime(isDescending: Bool) -> String {
        let (comparison, direction) = isDescending ? ("<", "DESC") : (">", "ASC")
        return """
            SELECT place, time, event FROM audit_log INDEXED BY audit_log_by_time
            WHERE place >> 40 = ?1 AND time BETWEEN ?2 AND ?3 AND (time \(comparison) ?4 OR place \(comparison) ?5)
            ORDER BY time \(direction), place \(direction) LIMIT ?6
            """
    }
}
