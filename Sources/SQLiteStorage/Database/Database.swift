import CSQLite

/// A connection to the database file, closed with its last reference. One thread at a time uses it.
final class Database {
    enum Mode {
        case readOnly, readWrite
    }

    let handle: OpaquePointer
    /// How many pages the write-ahead log held after this connection's last commit.
    private let logPages: UnsafeMutablePointer<Int32>

    init(path: String, mode: Mode) throws(SQLiteError) {
        _ = Database.isConfigured
        var handle: OpaquePointer?
        let access = mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        // Each connection is used by one thread at a time, so SQLite need not lock it.
        let code = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw SQLiteError(code: code, operation: .open)
        }
        self.handle = handle
        logPages = .allocate(capacity: 1)
        logPages.initialize(to: 0)
        sqlite3_busy_timeout(handle, Self.patience)
        // In the place of automatic checkpoints, which the writer does itself once its answers are out.
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            },
            logPages
        )
    }

    deinit {
        // Statements that are still open keep the connection until they are finalized.
        sqlite3_wal_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
        logPages.deallocate()
    }

    /// How long locks of other connections are waited for, in milliseconds.
    private static let patience: Int32 = 5_000
    /// How long a checkpoint waits for readers, and all writes with it. Reads of ours are shorter; a backup is not.
    private static let patienceWithReaders: Int32 = 200

    private static let isConfigured = keyway_sqlite_disable_memory_statistics() == SQLITE_OK
}

extension Database {
    /// Runs statements that take no arguments and give no rows.
    func execute(_ sql: String, operation: SQLiteError.Operation = .write) throws(SQLiteError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil), operation)
    }

    /// The first column of the first row, as an integer; 0 if there is none.
    func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        let statement = try Statement(sql, on: self)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// How many rows the last insert, update or delete met.
    var changedRows: Int32 { sqlite3_changes(handle) }

    /// Whether a transaction is open. An error may have ended one that was.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Whether the file at its path is not the one that is open.
    var hasMoved: Bool {
        var result: Int32 = 0
        return sqlite3_file_control(handle, nil, SQLITE_FCNTL_HAS_MOVED, &result) == SQLITE_OK && result != 0
    }

    /// How many pages the write-ahead log holds, counted from its last restart.
    var pagesInLog: Int { Int(logPages.pointee) }

    enum Checkpoint {
        /// Copies what no reader is in the way of, without waiting.
        case passive
        /// Waits for readers of the log, so that the next writer starts it over.
        case restart
        /// As `restart`, and leaves the log's file empty.
        case truncate
    }

    /// Copies the write-ahead log into the database file.
    ///
    /// - Returns: Whether all of it was copied.
    @discardableResult
    func checkpoint(_ checkpoint: Checkpoint) throws(SQLiteError) -> Bool {
        let mode =
            switch checkpoint {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        var inLog: Int32 = 0
        var copied: Int32 = 0
        sqlite3_busy_timeout(handle, Self.patienceWithReaders)
        defer { sqlite3_busy_timeout(handle, Self.patience) }
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &inLog, &copied)
        // Readers or another program are in the way: later, then.
        if code & 0xff == SQLITE_BUSY { return false }
        try check(code, .write)
        if checkpoint == .truncate { logPages.pointee = 0 }
        return inLog == copied
    }

    func check(_ code: Int32, _ operation: SQLiteError.Operation) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw SQLiteError(code: code, operation: operation) }
    }
}
