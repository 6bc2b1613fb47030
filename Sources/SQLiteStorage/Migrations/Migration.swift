import Storage

/// A numbered step of the schema. Steps that were released never change; a new one goes to the end of ``all``.
struct Migration {
    /// The schema's version after it, which the database carries as `user_version`.
    let version: Int64
    let sql: String

    static let all = [
        initial, restrictions, auditByTime, broughtExternalIDs, roles, lastUse, invitations, eventBridges, revisions,
        serverKeys, tokens, tokenIssuers, personaMappings, auditWebhooks, connectionUses,
    ]

    /// Marks a file as Keyway's: "KeyW".
    static let applicationID: Int64 = 0x4b65_7957

    /// Why a database cannot be used.
    enum Refusal: Equatable {
        case isEmpty, isForeign
        case isNewer(version: Int64, known: Int64)
    }

    /// Why a database cannot be used, or `nil` if it can be, once its schema is up to date.
    static func refusal(
        _ migrations: [Migration] = all,
        of database: Database
    ) throws(SQLiteError) -> Refusal? {
        if try database.integer("SELECT count(*) FROM sqlite_schema") == 0 { return .isEmpty }
        guard try database.integer("PRAGMA application_id") == applicationID else { return .isForeign }
        let version = try database.integer("PRAGMA user_version")
        let known = migrations.last?.version ?? 0
        return version > known ? .isNewer(version: version, known: known) : nil
    }

    /// Brings the schema up to date in one transaction, and returns why that cannot be, or `nil`. Unless `creating`, an
    /// empty file is one that lost its content.
    static func run(
        _ migrations: [Migration] = all,
        on database: Database,
        creating: Bool
    ) throws(SQLiteError) -> Refusal? {
        let known = migrations.last?.version ?? 0
        let refusal = try refusal(migrations, of: database)
        if let refusal, refusal != .isEmpty || !creating { return refusal }
        let version = try database.integer("PRAGMA user_version")
        guard version < known else { return nil }
        try database.execute("BEGIN EXCLUSIVE")
        do throws(SQLiteError) {
            for migration in migrations where migration.version > version {
                try database.execute(migration.sql)
            }
            try database.execute("PRAGMA application_id = \(applicationID)")
            try database.execute("PRAGMA user_version = \(known)")
            try database.execute("COMMIT", operation: .commit)
        } catch {
            if database.isInTransaction { try database.execute("ROLLBACK") }
            throw error
        }
        return nil
    }
}

extension Migration.Refusal {
    /// The refusal as a store tells it.
    func storeError(path: String) -> StoreError {
        switch self {
        case .isEmpty:
            .corrupt("\(path) is empty: restore a backup, or start again with `keyway init` in another directory")
        case .isForeign:
            .corrupt("\(path) is a database, but not one of Keyway's: give another data directory")
        case .isNewer(let version, let known):
            .corrupt(
                """
                \(path) has schema version \(version), and this Keyway knows versions up to \(known): run the newer \
                Keyway that wrote it, or restore a backup
                """
            )
        }
    }
}
