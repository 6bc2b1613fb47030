import CSQLite
import Storage

/// An error of SQLite: only its code, since its messages may quote stored values.
struct SQLiteError: Error, Equatable {
    /// The operation that failed, for a sentence: `cannot <operation> <path>`.
    enum Operation: String {
        case open, read, write, commit
    }

    /// The extended result code.
    let code: Int32
    let operation: Operation

    var primaryCode: Int32 { code & 0xff }

    /// Whether the error is the disk's (full, failing, read-only, locked), so that it would meet any change.
    var isOfDisk: Bool {
        switch primaryCode {
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_BUSY, SQLITE_LOCKED,
            SQLITE_PROTOCOL, SQLITE_NOMEM, SQLITE_CORRUPT, SQLITE_NOTADB:
            true
        default: false
        }
    }

    /// Whether the file does not hold what SQLite wrote.
    var isOfDamage: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    /// Whether a transaction may come back after a restart although its commit failed: its last frame was written to
    /// the log, and the disk refused to say that it is safe. The next commit that succeeds overwrites it.
    var leavesOutcomeUnknown: Bool {
        operation == .commit && primaryCode == SQLITE_IOERR && code != SQLITE_IOERR | (3 << 8)  // SQLITE_IOERR_WRITE
    }
}

extension SQLiteError {
    /// Runs `body`, and throws its error as a store tells it.
    static func translated<Result>(
        path: String,
        _ body: () throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw error.storeError(path: path)
        }
    }

    /// The error as a store tells it, with the file that it is about and what to do.
    func storeError(path: String) -> StoreError {
        let failure = "cannot \(operation.rawValue) \(path): \(String(cString: sqlite3_errstr(code))) (SQLite \(code))"
        switch primaryCode {
        case SQLITE_FULL:
            return .unavailable("\(failure); nothing was done: free space on its disk, and writing goes on by itself")
        case SQLITE_IOERR where leavesOutcomeUnknown:
            return .unavailable(
                """
                \(failure); the change is undone, but it is unknown whether it comes back if the server is restarted \
                before a later change succeeds: check the disk
                """
            )
        case SQLITE_IOERR:
            return .unavailable("\(failure); nothing was done: check the disk, its free space and the kernel's log")
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
            return .unavailable(
                """
                \(failure); nothing was done: let the server's user own the file and its directory, on a file system \
                that is mounted for writing
                """
            )
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            return .unavailable("\(failure); nothing was done: another program holds the database locked, end it")
        case SQLITE_NOMEM:
            return .unavailable("\(failure); nothing was done: the server is out of memory")
        case SQLITE_NOTADB:
            return .corrupt("\(failure); move it away and restore a backup")
        case SQLITE_CORRUPT:
            return .corrupt("\(failure); it is damaged: stop the server and restore a backup")
        default:
            return .corrupt("\(failure); this is an error in Keyway, or the database was changed by something else")
        }
    }
}
