import Storage

// A database that is being filled has its version with a sign before it, so that nobody opens it as a store.
extension PostgresMigration {
    /// Makes the tables where there are none, and marks the database as one that is being filled.
    ///
    /// - Throws: ``StoreError`` if it holds anything else but what an earlier process filled in.
    static func beginFilling(
        on connection: PostgresConnection,
        at place: String,
        restarting: Bool,
        within patience: Duration
    ) throws(StoreError) {
        var (version, holdsOthers) = try state(of: connection, within: patience)
        guard !holdsOthers else {
            throw .unavailable(
                "\(place) holds tables that are not Keyway's: give a database, or a schema, that holds nothing else"
            )
        }
        if version < 0, restarting {
            let emptying = StoredTable.all.map { SQLQuery("TRUNCATE \($0.name)") }
            try transact(emptying + [SQLQuery("UPDATE keyway_schema SET version = -version")], on: connection, patience)
            version = -version
        }
        if version < 0 {
            guard version == -(all.last?.version ?? 0) else {
                throw .unavailable(
                    "\(place) was begun to be filled by another version of Keyway: go on with that one, or begin again "
                        + "with --restart"
                )
            }
            return
        }
        try run(on: connection, creating: true, within: patience)
        let tables = StoredTable.all.map { "EXISTS (SELECT 1 FROM \($0.name))" }.joined(separator: " OR ")
        let marked = try transact(
            [SQLQuery("UPDATE keyway_schema SET version = -version WHERE version > 0 AND NOT (\(tables))")],
            on: connection,
            patience
        )
        guard marked.last?.affected == 1 else {
            throw .unavailable("\(place) holds a store already, which is not overwritten: give another database")
        }
    }

    /// The schema's version, 0 if there is none, and whether there are tables of somebody else in its place.
    private static func state(
        of connection: PostgresConnection,
        within patience: Duration
    ) throws(StoreError) -> (version: Int64, holdsOthers: Bool) {
        do throws(PostgresError) {
            let found = try connection.run(
                SQLQuery(
                    """
                    SELECT (to_regclass('keyway_schema') IS NOT NULL)::int4,
                        (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
                    """
                ),
                within: patience
            ).first
            guard let found, found.flag(0) else { return (0, found?.integer(1) != 0) }
            let version = try connection.run(SQLQuery("SELECT version FROM keyway_schema"), within: patience)
            return (version.first?.integer(0) ?? 0, false)
        } catch {
            throw PostgresRows.translated(error)
        }
    }

    /// Runs statements in a transaction that is committed, beside no other change of the schema.
    @discardableResult
    static func transact(
        _ queries: [SQLQuery],
        on connection: PostgresConnection,
        _ patience: Duration
    ) throws(StoreError) -> [SQLResult] {
        do throws(PostgresError) {
            let results = try connection.run(
                [SQLQuery("BEGIN"), lock] + queries + [SQLQuery("COMMIT")],
                within: patience
            )
            // Where a standby did not respond, it is unknown whether a commit is safe.
            guard results.last?.tag == "COMMIT", !connection.noticeStates.contains("01000") else {
                throw .lost("it is unknown whether a change is safe")
            }
            return Array(results.dropFirst(2).dropLast())
        } catch {
            if connection.isUsable { _ = try? connection.run(SQLQuery("ROLLBACK"), within: patience) }
            throw PostgresRows.translated(error)
        }
    }

    /// The refusal of a database that is being filled.
    static let beingFilled = StoreError.unavailable(
        """
        the database is being filled by `keyway migrate`, or was left half filled: let that command end, or give it again
        """
    )
}
