package import Storage

/// A store in a directory as rows of tables, which nobody else writes meanwhile.
package final class SQLiteRows: StoredRows {
    /// The data directory; of one that is being filled, the one where the store will be.
    package let place: String
    let path: String
    let database: Database
    /// The lock of the directory; `nil` where another holds it, or it is read beside a server.
    private let directory: DataDirectory?
    private var readers: [String: TableReader] = [:]

    /// Opens the store in a directory, locks it, and brings its schema up to date.
    ///
    /// - Throws: ``StoreError``, with a text that names the path and what to do.
    package convenience init(directory path: String) throws(StoreError) {
        let directory = try DataDirectory(path: path, creating: false)
        let file = directory.databasePath
        let database = try Self.open(file, .readWrite)
        try Self.migrate(database, at: file, creating: false)
        self.init(database, at: file, in: path, directory)
    }

    init(_ database: Database, at path: String, in place: String, _ directory: DataDirectory? = nil) {
        self.database = database
        self.path = path
        self.place = place
        self.directory = directory
    }

    /// Opens a database, with further pragmas.
    static func open(_ path: String, _ mode: Database.Mode, settings: String = "") throws(StoreError) -> Database {
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            let database = try Database(path: path, mode: mode)
            try database.execute(
                "PRAGMA cache_size = -8192; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;" + settings,
                operation: .open
            )
            return database
        }
    }

    /// Brings a database's schema up to date.
    static func migrate(_ database: Database, at path: String, creating: Bool) throws(StoreError) {
        let refusal = try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            try Migration.run(on: database, creating: creating)
        }
        if let refusal { throw refusal.storeError(path: path) }
    }

    package func rows(
        of table: StoredTable,
        after key: StoredRow?,
        bytes: Int
    ) throws(StoreError) -> [StoredRow] {
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            let reader = try reader(of: table)
            if let key { return try reader.rows(by: reader.next, after: key, bytes: bytes) }
            return try reader.rows(by: reader.first, after: [], bytes: bytes)
        }
    }

    private func reader(of table: StoredTable) throws(SQLiteError) -> TableReader {
        if let reader = readers[table.name] { return reader }
        let reader = try TableReader(of: table, on: database)
        readers[table.name] = reader
        return reader
    }
}

/// The statements that read one table in the order of its key.
private final class TableReader {
    let first: Statement
    /// Its parameters are a key.
    let next: Statement
    private let width: Int32

    init(of table: StoredTable, on database: Database) throws(SQLiteError) {
        let columns = table.columns.listed()
        let key = table.keyColumns.listed()
        let parameters = (1...table.keyLength).map { "?\($0)" }.joined(separator: ", ")
        first = try Statement("SELECT \(columns) FROM \(table.name) ORDER BY \(key)", on: database)
        next = try Statement(
            "SELECT \(columns) FROM \(table.name) WHERE (\(key)) > (\(parameters)) ORDER BY \(key)",
            on: database
        )
        width = Int32(table.columns.count)
    }

    func rows(
        by statement: borrowing Statement,
        after key: StoredRow,
        bytes: Int
    ) throws(SQLiteError) -> [StoredRow] {
        for (index, value) in zip(Int32(1)..., key) { try statement.bind(index, value) }
        defer { statement.reset() }
        var rows: [StoredRow] = []
        var size = 0
        while size < bytes, try statement.step() {
            var row: StoredRow = []
            row.reserveCapacity(Int(width))
            for column in 0..<width { row.append(statement.value(column)) }
            size += row.reduce(0) { $0 + $1.size }
            rows.append(row)
        }
        return rows
    }
}
