import Platform
package import Storage

/// A store that is being filled in a data directory of its own, where nobody finds it before it is whole.
///
/// The rows so far stay when the process ends, and the next one goes on with them.
package final class SQLiteTarget: FillableStore {
    private let restoration: StoreRestoration
    /// Closed before the database gets its place.
    private var store: SQLiteRows?
    private var writers: [String: TableWriter] = [:]
    private let path: String
    package let place: String

    /// Locks the directory, which must be empty but for what an earlier process filled in, or not be there yet.
    ///
    /// - Parameters:
    ///   - directory: Where the store will be.
    ///   - restarting: Whether to begin again, without what an earlier process filled in.
    /// - Throws: ``StoreError``, with a text that names the path and what to do; what is there stays as it is.
    package init(into directory: String, restarting: Bool) throws(StoreError) {
        place = directory
        restoration = try StoreRestoration(resumableInto: directory, restarting: restarting)
        path = restoration.stagedDatabase
        try DataDirectory.createFile(path)
        // After a power cut the last transactions may be missing, whole: they are carried out again.
        let database = try SQLiteRows.open(
            path,
            .readWrite,
            settings: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;"
        )
        try SQLiteRows.migrate(database, at: path, creating: true)
        store = SQLiteRows(database, at: path, in: directory)
    }

    package func rows(
        of table: StoredTable,
        after key: StoredRow?,
        bytes: Int
    ) throws(StoreError) -> [StoredRow] {
        try open().rows(of: table, after: key, bytes: bytes)
    }

    package func lastKey(of table: StoredTable) throws(StoreError) -> StoredRow? {
        let database = try open().database
        return try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            let statement = try Statement(
                "SELECT \(table.keyColumns.listed()) FROM \(table.name) ORDER BY \(table.keyColumns.descending) LIMIT 1",
                on: database
            )
            guard try statement.step() else { return nil }
            var key: StoredRow = []
            for column in 0..<Int32(table.keyLength) { key.append(statement.value(column)) }
            return key
        }
    }

    package func append(_ rows: [StoredRow], to table: StoredTable) throws(StoreError) {
        let database = try open().database
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            let writer = try writer(to: table, on: database)
            try database.execute("BEGIN IMMEDIATE")
            do throws(SQLiteError) {
                for row in rows { try writer.insert(row) }
                try database.execute("COMMIT", operation: .commit)
            } catch {
                if database.isInTransaction { try? database.execute("ROLLBACK") }
                throw error
            }
            if database.pagesInLog > Self.pagesInLog { try database.checkpoint(.restart) }
        }
    }

    /// How many pages the log may have until it is copied into the database: 64 MiB.
    private static let pagesInLog = 16_384

    private func writer(to table: StoredTable, on database: Database) throws(SQLiteError) -> TableWriter {
        if let writer = writers[table.name] { return writer }
        let writer = try TableWriter(to: table, on: database)
        writers[table.name] = writer
        return writer
    }

    package func finish() throws(StoreError) {
        try settle()
        // The connection is closed with the last statement that uses it.
        writers = [:]
        store = nil
        try restoration.finish()
    }

    /// Brings all that is in the log into the database, and both onto the disk.
    private func settle() throws(StoreError) {
        let database = try open().database
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            try database.execute("PRAGMA synchronous = FULL")
            try database.checkpoint(.truncate)
        }
    }

    private func open() throws(StoreError) -> SQLiteRows {
        guard let store else { throw .closed }
        return store
    }
}

/// The statement that fills one table.
private final class TableWriter {
    private let insert: Statement

    init(to table: StoredTable, on database: Database) throws(SQLiteError) {
        let parameters = (1...table.columns.count).map { "?\($0)" }.joined(separator: ", ")
        insert = try Statement(
            "INSERT INTO \(table.name) (\(table.columns.listed())) VALUES (\(parameters))",
            on: database,
            for: .write
        )
    }

    func insert(_ row: StoredRow) throws(SQLiteError) {
        for (index, value) in zip(Int32(1)..., row) { try insert.bind(index, value) }
        try insert.run()
        insert.clear()
    }
}
