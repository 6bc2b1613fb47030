import Platform
import Storage
import Synchronization
import Threads

/// Knows whether an open database is still in its place, and whether anything has met damage in it.
final class DatabaseHealth: @unchecked Sendable {
    // Safe to share: `lock` guards what varies beside the atomic.
    private let path: String
    private let files: OpenedFiles
    /// Damage does not heal: it stays until the store is opened again.
    private let isDamaged = Atomic(false)
    /// The greatest length of the database so far, in bytes. Nothing that is done while it is open makes it shorter.
    private let greatestLength = Atomic(0)

    private let lock = Lock()
    private var lastLook: (time: UInt64, isReadable: Bool)?

    /// The nanoseconds between two looks into the file.
    private let interval: UInt64

    /// Remembers the files that a database has open, which has been read from, in a directory that is locked.
    init(of database: Database, in directory: DataDirectory, interval: UInt64) throws(StoreError) {
        path = directory.databasePath
        self.interval = interval
        files = OpenedFiles([path, path + "-wal", path + "-shm", directory.lockPath])
        guard !database.hasMoved else { throw Self.refusal(of: path, "nothing was done") }
        noteLength()
    }

    // MARK: In its place

    /// The path of a file that is not where it was; `nil` if all are. A database that was cut off is damaged.
    private func firstMissing() -> String? {
        let (missing, length) = files.look()
        guard missing == nil else { return missing }
        let greatest = greatestLength.max(length, ordering: .relaxed).oldValue
        // Another thread may have seen it grow after this one had looked.
        if length < greatest {
            let again = files.look()
            if again.firstMissing == nil, again.databaseBytes < greatest { isDamaged.store(true, ordering: .relaxed) }
        }
        return nil
    }

    /// Takes note of the length of the database, which may have grown: to be called when the log was copied into it.
    func noteLength() { _ = firstMissing() }

    /// Throws if a file of the database is not the one that was opened.
    func requireFiles() throws(StoreError) {
        if let path = firstMissing() { throw Self.refusal(of: path, "nothing was done") }
    }

    /// Throws if what is written now may be lost; to be called before a commit begins.
    func requireWritable() throws(StoreError) {
        try requireFiles()
        guard !isDamaged.load(ordering: .relaxed) else {
            throw .unavailable(
                "\(path) is damaged; nothing was done, for a backup has to be restored: stop the server and do that"
            )
        }
    }

    /// Throws if a file of the database went, or was cut off, while a commit was under way; to be called before it is
    /// acknowledged.
    func requireFilesAfterCommit() throws(StoreError) {
        let outcome = "it is unknown whether the change outlasts a restart"
        if let path = firstMissing() { throw Self.refusal(of: path, outcome) }
        guard !isDamaged.load(ordering: .relaxed) else {
            throw .unavailable("\(path) is damaged; \(outcome): stop the server and restore a backup")
        }
    }

    private static func refusal(of path: String, _ outcome: String) -> StoreError {
        .unavailable(
            """
            \(path) was moved, deleted or replaced while it was open; \(outcome): put that very file back, or stop the \
            server, restore a backup and start it again
            """
        )
    }

    // MARK: Whole

    /// Takes note of an error that tells of damage.
    func note(_ error: SQLiteError) {
        if error.isOfDamage { isDamaged.store(true, ordering: .relaxed) }
    }

    func unreadiness() -> Unreadiness? {
        if firstMissing() != nil { return .replaced }
        if isDamaged.load(ordering: .relaxed) { return .damaged }
        if isOnReadOnlyFileSystem { return .readOnly }
        let isReadable = looksReadable()
        if isDamaged.load(ordering: .relaxed) { return .damaged }
        return isReadable ? nil : .unreadable
    }

    private var isOnReadOnlyFileSystem: Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
    }

    /// Looks into the file, unless that was done just now.
    private func looksReadable() -> Bool {
        lock {
            let now = MonotonicClock.now()
            if let lastLook, now - lastLook.time < interval { return lastLook.isReadable }
            var isReadable = true
            do throws(SQLiteError) { try look() } catch {
                note(error)
                isReadable = false
            }
            lastLook = (now, isReadable)
            return isReadable
        }
    }

    /// Reads the header, the schema, and in each tree of ``trees`` one path from the root to a random leaf. The
    /// connection is new, so that nothing comes from a cache of pages.
    private func look() throws(SQLiteError) {
        let database = try Database(path: path, mode: .readOnly)
        try database.execute("PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF", operation: .open)
        for tree in Self.trees {
            let first = try database.integer("SELECT min(\(tree.key)) FROM \(tree.table)")
            let last = try database.integer("SELECT max(\(tree.key)) FROM \(tree.table)")
            guard first <= last else { continue }
            let place = Int64.random(in: first...last)
            _ = try database.integer("SELECT \(tree.key) FROM \(tree.table) WHERE \(tree.key) >= \(place) LIMIT 1")
        }
        for table in ["api_keys", "application_keys"] {
            _ = try database.integer("SELECT 1 FROM \(table) WHERE digest >= randomblob(32) LIMIT 1")
        }
    }

    private static let trees = [
        (table: "organizations", key: "ordinal"), (table: "users", key: "key"), (table: "api_keys", key: "key"),
        (table: "application_keys", key: "key"), (table: "connections", key: "key"),
        (table: "aws_accounts", key: "key"), (table: "sealed_secrets", key: "document"),
        (table: "audit_log", key: "place"),
    ]
}
