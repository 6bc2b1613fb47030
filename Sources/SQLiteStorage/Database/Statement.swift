import CSQLite

/// A prepared statement, finalized when it goes out of scope.
struct Statement: ~Copyable {
    private let handle: OpaquePointer
    /// The child keeps its parent alive.
    private let database: Database
    private let operation: SQLiteError.Operation

    init(_ sql: String, on database: Database, for operation: SQLiteError.Operation = .read) throws(SQLiteError) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else {
            throw SQLiteError(code: code == SQLITE_OK ? SQLITE_MISUSE : code, operation: operation)
        }
        self.handle = handle
        self.database = database
        self.operation = operation
    }

    deinit { sqlite3_finalize(handle) }
}

extension Statement {
    func bind(_ index: Int32, _ value: Int64) throws(SQLiteError) {
        try database.check(sqlite3_bind_int64(handle, index, value), operation)
    }

    func bind(_ index: Int32, _ value: Int64?) throws(SQLiteError) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Bool) throws(SQLiteError) {
        try bind(index, value ? 1 : 0)
    }

    func bind(_ index: Int32, text: String) throws(SQLiteError) {
        var text = text
        let code = text.withUTF8 { keyway_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count)) }
        try database.check(code, operation)
    }

    func bind(_ index: Int32, text: String?) throws(SQLiteError) {
        if let text { try bind(index, text: text) } else { try bindNull(index) }
    }

    /// Binds UTF-8 bytes as text.
    func bind(_ index: Int32, text: [UInt8]) throws(SQLiteError) {
        let code = text.withUnsafeBytes { keyway_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count)) }
        try database.check(code, operation)
    }

    func bind(_ index: Int32, blob: [UInt8]) throws(SQLiteError) {
        let code = blob.withUnsafeBytes { keyway_sqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
        try database.check(code, operation)
    }

    func bindNull(_ index: Int32) throws(SQLiteError) {
        try database.check(sqlite3_bind_null(handle, index), operation)
    }

    /// Goes on to the next row. A statement that is not read to its end must be ``reset()``.
    ///
    /// - Returns: `false` after the last row; the statement is reset then, as after an error.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW:
            return true
        case SQLITE_DONE:
            reset()
            return false
        case let code:
            reset()
            throw SQLiteError(code: code, operation: operation)
        }
    }

    /// Runs a statement that gives no rows.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    func run() throws(SQLiteError) -> Int {
        _ = try step()
        return Int(database.changedRows)
    }

    /// Whether there is a row; a look, after which the statement is reset.
    func hasRow() throws(SQLiteError) -> Bool {
        defer { reset() }
        return try step()
    }

    /// Ends a read. Bound values stay until they are bound again.
    func reset() {
        // It repeats the error of the last step, which was thrown already.
        sqlite3_reset(handle)
    }

    /// Forgets the bound values, so that no copy of them waits for the next use.
    func clear() {
        sqlite3_clear_bindings(handle)
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func flag(_ column: Int32) -> Bool { integer(column) != 0 }

    func isNull(_ column: Int32) -> Bool { type(of: column) == SQLITE_NULL }

    /// The type of a stored value, as SQLite names it.
    func type(of column: Int32) -> Int32 { sqlite3_column_type(handle, column) }

    /// A copy of a text or a blob.
    func bytes(_ column: Int32) -> [UInt8] {
        withBytes(column) { [UInt8]($0) }
    }

    func text(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// Lends a text or a blob, until the statement moves.
    func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // The order matters: asking for the pointer settles the representation that is then counted.
        let start = sqlite3_column_blob(handle, column)
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
