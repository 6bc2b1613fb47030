import Threads

/// The state of access as a row of the database tells it.
struct AccessState: Equatable {
    let generation: Int64
    /// Drawn with each change: tells a generation from one of the same number that was lost in a crash.
    let mark: Int64
    /// A moment at which it was the state, or before it was.
    let readAt: UInt64

    init(generation: Int64, mark: Int64, readAt: UInt64) {
        self.generation = generation
        self.mark = mark
        self.readAt = readAt
    }

    /// The state in a row of ``reading`` or ``raising(_:)``.
    init(_ row: SQLRow, readAt: UInt64) {
        self.init(generation: row.integer(0), mark: row.integer(1), readAt: readAt)
    }

    static func now() -> UInt64 { MonotonicClock.now() }

    static let reading = SQLQuery("SELECT generation, mark FROM access_state WHERE id = 1")

    /// As ``reading``, and whether the server is a standby, and on which timeline it is.
    static let watching = SQLQuery(
        """
        SELECT generation, mark, pg_is_in_recovery()::int4, \(Connector.timelineColumn)
        FROM access_state WHERE id = 1
        """
    )

    static func raising(_ mark: Int64) -> SQLQuery {
        SQLQuery(
            """
            UPDATE access_state SET generation = generation + 1, mark = $1 WHERE id = 1
            RETURNING generation, mark
            """,
            .integer(mark)
        )
    }

    static let channel = "keyway_access"
    static let notification = SQLQuery("SELECT pg_notify('\(channel)', '')")
    static let listening = SQLQuery("LISTEN \(channel)")
}
