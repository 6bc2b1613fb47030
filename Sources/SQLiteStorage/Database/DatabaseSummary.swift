package import Storage

/// How much is in a database that was found whole.
package struct DatabaseSummary: Sendable, Equatable {
    /// The version of its schema, and the one that this program brings it to.
    package let schemaVersion: Int64
    package let newestSchemaVersion: Int64
    package let connections: Int64
    package let awsAccounts: Int64
    package let auditEvents: Int64
    /// The master keys under which its secrets are sealed.
    package let masterKeyIDs: [String]

    /// Reads a database from its first page to its last, whatever version of Keyway wrote it. No other process may have
    /// it open.
    ///
    /// - Throws: ``StoreError``, with a text that names the path, if it is no database of Keyway's, if a newer version
    ///   wrote it, or if it is damaged.
    package init(checking path: String) throws(StoreError) {
        var refusal: Migration.Refusal?
        do throws(SQLiteError) {
            let database = try Database(path: path, mode: .readWrite)
            try database.execute("PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0", operation: .open)
            refusal = try Migration.refusal(of: database)
            guard refusal == nil else { throw SQLiteError.damaged }
            try Self.check(database)
            schemaVersion = try database.integer("PRAGMA user_version")
            newestSchemaVersion = Migration.all.last?.version ?? 0
            connections = try database.integer("SELECT count(*) FROM connections")
            awsAccounts = try database.integer("SELECT count(*) FROM aws_accounts")
            auditEvents = try database.integer("SELECT count(*) FROM audit_log")
            var ids: [String] = []
            let statement = try Statement("SELECT id FROM master_keys ORDER BY id", on: database)
            while try statement.step() { ids.append(statement.text(0)) }
            masterKeyIDs = ids
        } catch {
            if let refusal { throw refusal.storeError(path: path) }
            if error.isOfDamage { throw .corrupt("\(path) is damaged, or is no database of Keyway's") }
            throw error.storeError(path: path)
        }
    }

    private static func check(_ database: Database) throws(SQLiteError) {
        let integrity = try Statement("PRAGMA integrity_check(1)", on: database)
        guard try integrity.step(), integrity.text(0) == "ok" else { throw SQLiteError.damaged }
        let references = try Statement("PRAGMA foreign_key_check", on: database)
        guard try !references.step() else { throw SQLiteError.damaged }
    }
}
