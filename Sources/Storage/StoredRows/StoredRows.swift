/// All of a store as rows of ``StoredTable/all``, for those who copy, compare or examine it. Calls block, and one thread
/// at a time makes them.
package protocol StoredRows: AnyObject {
    /// Where the store is, for people. It holds no password.
    var place: String { get }

    /// The next rows of a table, in the order of its key: integers by their value, texts by their bytes.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - key: The key behind which to begin; `nil` for the first row.
    ///   - bytes: Ends the read once its rows take that much memory, be it with the first.
    /// - Returns: The rows; none when there are no more.
    /// - Throws: ``StoreError`` if they can't be read.
    func rows(of table: StoredTable, after key: StoredRow?, bytes: Int) throws(StoreError) -> [StoredRow]
}

/// A store that is being filled, and that nobody serves before ``finish()``.
package protocol FillableStore: StoredRows {
    /// The key of the last row of a table; `nil` if it has none.
    func lastKey(of table: StoredTable) throws(StoreError) -> StoredRow?

    /// Adds rows behind those that are there: all of them or, if the process ends meanwhile, none.
    func append(_ rows: [StoredRow], to table: StoredTable) throws(StoreError)

    /// Lets the store be served. What was added is durable.
    func finish() throws(StoreError)
}

/// A store that is looked through for what is wrong with it, as it is at one moment.
package protocol ExaminableStore: StoredRows {
    /// The version of the schema, and what is wrong with its tables and indexes.
    func schema() throws(StoreError) -> StoreSchema

    /// Lets the engine check itself: pages, rows and indexes that disagree, and what it could not check, in words.
    /// No text of it holds a stored value.
    func engineCheck() throws(StoreError) -> (faults: [String], notes: [String])

    /// Rows whose reference leads to nothing.
    ///
    /// - Parameters:
    ///   - reference: The reference.
    ///   - table: The table that has it.
    ///   - count: How many rows at most.
    /// - Returns: How many there are, and the first of them, in the order of their keys.
    /// - Throws: ``StoreError`` if they can't be read.
    func orphans(
        by reference: StoredTable.Reference,
        of table: StoredTable,
        atMost count: Int
    ) throws(StoreError) -> (count: Int64, rows: [StoredRow])
}

/// The schema of a store as it is.
package struct StoreSchema: Sendable, Equatable {
    package let version: Int64
    /// The version that this program brings a store to when it opens it.
    package let newestVersion: Int64
    /// Tables and indexes that are not as the version has them, in words; empty of an older version.
    package let faults: [String]

    package init(version: Int64, newestVersion: Int64, faults: [String]) {
        self.version = version
        self.newestVersion = newestVersion
        self.faults = faults
    }

    package var isNewest: Bool { version == newestVersion }
}
