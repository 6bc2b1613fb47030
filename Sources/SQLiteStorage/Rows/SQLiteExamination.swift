package import Storage

/// The store in a directory as it is at one moment, read beside whatever process has it open. Nothing is locked or
/// written, and what is written meanwhile stays in the write-ahead log until this is done.
package final class SQLiteExamination: ExaminableStore {
    private let store: SQLiteRows
    private var database: Database { store.database }
    package var place: String { store.place }

    /// How many lines the engine's check may say.
    private static let faultLimit = 100

    /// - Throws: ``StoreError``, with a text that names the path and what to do: ``StoreError/corrupt(_:)`` if there is
    ///   a database that no store can be opened in.
    package init(directory: String) throws(StoreError) {
        let path = try DataDirectory.existingDatabase(in: directory)
        let database = try SQLiteRows.open(path, .readOnly)
        let refusal = try SQLiteError.translated(path: path) { () throws(SQLiteError) -> Migration.Refusal? in
            try database.execute("BEGIN")
            // The first read begins the moment.
            return try Migration.refusal(of: database)
        }
        if let refusal { throw refusal.storeError(path: path) }
        store = SQLiteRows(database, at: path, in: directory)
    }

    package func rows(
        of table: StoredTable,
        after key: StoredRow?,
        bytes: Int
    ) throws(StoreError) -> [StoredRow] {
        try store.rows(of: table, after: key, bytes: bytes)
    }

    package func schema() throws(StoreError) -> StoreSchema {
        try SQLiteError.translated(path: store.path) { () throws(SQLiteError) in
            let version = try database.integer("PRAGMA user_version")
            let newest = Migration.all.last?.version ?? 0
            let faults = try version == newest ? schemaFaults() : []
            return StoreSchema(version: version, newestVersion: newest, faults: faults)
        }
    }

    /// Compares tables and indexes with those of a database that was made just now.
    private func schemaFaults() throws(SQLiteError) -> [String] {
        let reference = try Database(path: ":memory:", mode: .readWrite)
        _ = try Migration.run(on: reference, creating: true)
        let expected = try Self.objects(of: reference)
        let found = try Self.objects(of: database)
        var faults: [String] = []
        for (name, object) in expected.sorted(by: { $0.key < $1.key }) {
            if let there = found[name] {
                if there != object { faults.append("the \(object.type) \(name) is not as this version has it") }
            } else {
                faults.append("the \(object.type) \(name) is missing")
            }
        }
        for (name, object) in found.sorted(by: { $0.key < $1.key }) where expected[name] == nil {
            faults.append("there is the \(object.type) \(name), which is not Keyway's")
        }
        return faults
    }

    private struct SchemaObject: Equatable {
        let type: String
        let sql: String
    }

    /// Tables, indexes and views by their names, without those that SQLite makes by itself.
    private static func objects(of database: Database) throws(SQLiteError) -> [String: SchemaObject] {
        let statement = try Statement(
            "SELECT name, type, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
            on: database
        )
        var objects: [String: SchemaObject] = [:]
        while try statement.step() {
            objects[statement.text(0)] = SchemaObject(type: statement.text(1), sql: statement.text(2))
        }
        return objects
    }

    package func engineCheck() throws(StoreError) -> (faults: [String], notes: [String]) {
        try SQLiteError.translated(path: store.path) { () throws(SQLiteError) -> (faults: [String], notes: [String]) in
            let statement = try Statement("PRAGMA integrity_check(\(Self.faultLimit))", on: database)
            var faults: [String] = []
            while try statement.step() {
                // One row may be several lines.
                faults += statement.text(0).split(separator: "\n").map(String.init)
            }
            return (faults == ["ok"] ? [] : faults, [])
        }
    }

    package func orphans(
        by reference: StoredTable.Reference,
        of table: StoredTable,
        atMost count: Int
    ) throws(StoreError) -> (count: Int64, rows: [StoredRow]) {
        try SQLiteError.translated(path: store.path) { () throws(SQLiteError) -> (count: Int64, rows: [StoredRow]) in
            let orphans = table.orphans(by: reference)
            let number = try database.integer("SELECT count(*) \(orphans)")
            guard number > 0 else { return (0, []) }
            let key = table.keyColumns.listed(in: "child")
            let columns = table.columns.listed(in: "child")
            let statement = try Statement("SELECT \(columns) \(orphans) ORDER BY \(key) LIMIT ?1", on: database)
            try statement.bind(1, Int64(count))
            var rows: [StoredRow] = []
            while try statement.step() {
                var row: StoredRow = []
                for column in 0..<Int32(table.columns.count) { row.append(statement.value(column)) }
                rows.append(row)
            }
            return (number, rows)
        }
    }
}
