import Documents
import Storage

/// A connection that only reads, with its prepared statements. One thread at a time uses it.
///
/// It stays on one snapshot of the database until something was committed: taking a snapshot costs four system calls,
/// several times as much as finding a row.
final class Reader {
    let database: Database
    let statements: ReadStatements
    /// Ordinals of organisations met so far, which never change.
    private var ordinals: [Identifier: Int64] = [:]
    /// The number of commits that the snapshot has at least; `nil` while there is none.
    private(set) var snapshot: UInt64?

    init(path: String) throws(SQLiteError) {
        database = try Database(path: path, mode: .readOnly)
        // A cache of 3 MiB holds the inner pages of the tree of a million connections, so that a read by id takes one
        // page from the file.
        try database.execute(
            "PRAGMA cache_size = -3072; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF",
            operation: .open
        )
        statements = try ReadStatements(on: database)
    }

    /// Makes sure that reads see at least that number of commits.
    func refresh(to commits: UInt64) throws(SQLiteError) {
        guard snapshot != commits else { return }
        try endSnapshot()
        try statements.begin.run()
        snapshot = commits
    }

    /// Lets go of the snapshot, which would keep the write-ahead log from starting over.
    func endSnapshot() throws(SQLiteError) {
        snapshot = nil
        // An error may have ended it already.
        if database.isInTransaction { try statements.end.run() }
    }

    /// The organisation's number, or `nil` if there is none of that id.
    func ordinal(of organization: Identifier) throws(SQLiteError) -> Int64? {
        if let ordinal = ordinals[organization] { return ordinal }
        try statements.ordinal.bind(1, text: organization.description)
        defer { statements.ordinal.reset() }
        guard try statements.ordinal.step() else { return nil }
        let ordinal = statements.ordinal.integer(0)
        if ordinals.count >= 4096 { ordinals.removeAll() }
        ordinals[organization] = ordinal
        return ordinal
    }

    /// Binds the first three parameters of a statement that finds a record by id.
    func bind(
        _ id: Identifier,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try statement.bind(1, id.key)
        try statement.bind(2, id.lowBits)
        try statement.bind(3, organization)
    }

    /// Binds the parameters of `LIMIT` and `OFFSET`, which follow each other. Without a page there are all rows.
    func bind(_ page: Page?, to statement: borrowing Statement, at index: Int32) throws(SQLiteError) {
        try statement.bind(index, page.map { Int64($0.size) } ?? -1)
        try statement.bind(index + 1, page?.offset ?? 0)
    }

    /// The number that a statement counts, whose first parameter is the organisation's.
    func count(_ statement: borrowing Statement, _ organization: Int64) throws(SQLiteError) -> Int {
        try statement.bind(1, organization)
        defer { statement.reset() }
        return try statement.step() ? Int(statement.integer(0)) : 0
    }
}
