import Storage

/// A numbered step of the schema. Steps that were released never change; a new one goes to the end of ``all``.
///
/// The tables are those of the embedded store, by name, column and meaning, so that rows can be copied from one to the
/// other: flags are integers, ids are split in two, blobs are `bytea`, texts are compared by their bytes.
struct PostgresMigration {
    /// The schema's version after it.
    let version: Int64
    /// The oldest version that a node may know to work on the schema after it, beside those that know it: a step that
    /// only adds lets nodes go on that know what was there before, so that they are replaced one by one.
    let oldest: Int64
    let statements: [String]

    static let all = [initial, sharing, auditWebhooks]

    /// Held while the schema is changed, so that nodes may start together: "KeyW", 1.
    static let lock = SQLQuery("SELECT pg_advisory_xact_lock(x'4b657957'::int4, 1)")

    /// Brings the schema up to date, in one transaction. Unless `creating`, a database without one is refused.
    static func run(
        _ migrations: [PostgresMigration] = all,
        on connection: PostgresConnection,
        creating: Bool,
        within patience: Duration
    ) throws(StoreError) {
        let refusal = try translated { () throws(PostgresError) -> StoreError? in
            do throws(PostgresError) {
                let refusal = try migrate(migrations, on: connection, creating: creating, within: patience)
                _ = try connection.run(SQLQuery(refusal == nil ? "COMMIT" : "ROLLBACK"), within: patience)
                return refusal
            } catch {
                if connection.isUsable { _ = try connection.run(SQLQuery("ROLLBACK"), within: patience) }
                // Tables of these names are there, or none may be made.
                if case .refused(let state) = error, state == "42P07" || state == "42501" { return foreign }
                throw error
            }
        }
        if let refusal { throw refusal }
    }

    private static func migrate(
        _ migrations: [PostgresMigration],
        on connection: PostgresConnection,
        creating: Bool,
        within patience: Duration
    ) throws(PostgresError) -> StoreError? {
        let known = migrations.last?.version ?? 0
        let begun = try connection.run(
            [
                SQLQuery("BEGIN"), lock,
                SQLQuery("SELECT (to_regclass('keyway_schema') IS NOT NULL)::int4"),
            ],
            within: patience
        )
        var version: Int64 = 0
        var oldest: Int64 = 0
        if begun.last?.first?.flag(0) == true {
            let state = try connection.run(SQLQuery("SELECT version, oldest FROM keyway_schema"), within: patience)
                .first
            version = state?.integer(0) ?? 0
            oldest = state?.integer(1) ?? 0
        } else if !creating {
            return missing
        }
        guard version >= 0 else { return beingFilled }
        guard oldest <= known else { return newer(version, known) }
        guard version < known else { return nil }
        let steps = migrations.filter { $0.version > version }
        var statements = steps.flatMap(\.statements).map { SQLQuery($0) }
        statements.append(
            SQLQuery(
                "UPDATE keyway_schema SET version = $1, oldest = $2",
                .integer(known),
                .integer(steps.map(\.oldest).max() ?? oldest)
            )
        )
        _ = try connection.run(statements, within: patience)
        return nil
    }

    private static func translated<Result>(
        _ body: () throws(PostgresError) -> Result
    ) throws(StoreError) -> Result {
        do throws(PostgresError) { return try body() } catch { throw error.storeError() }
    }

    static let missing = StoreError.corrupt(
        "the database holds no store of Keyway's: create one with `keyway init`, or give another address"
    )

    private static let foreign = StoreError.corrupt(
        """
        Keyway's tables can't be made in the database: give it a database or a schema of its own, whose owner its \
        user is
        """
    )

    static func newer(_ version: Int64, _ known: Int64) -> StoreError {
        .corrupt(
            """
            the database has schema version \(version), on which this Keyway, which knows versions up to \(known), can't \
            work: run the newer Keyway that wrote it, or restore a backup
            """
        )
    }
}
