import Storage

/// Reads a table row by row, in the order of its key, and keeps no more than a part of it.
struct RowReader {
    let table: StoredTable
    private let store: any StoredRows
    private var part: ArraySlice<StoredRow> = []
    private var isAtEnd = false
    private var lastKey: StoredRow?

    /// How much of a table is in memory at a time, in bytes.
    static let partSize = 1_048_576

    /// - Parameters:
    ///   - table: The table.
    ///   - store: The store that has it.
    ///   - key: The key behind which to begin; `nil` for the first row.
    init(_ table: StoredTable, of store: any StoredRows, after key: StoredRow? = nil) {
        self.table = table
        self.store = store
        lastKey = key
    }

    /// The next row; `nil` after the last.
    mutating func next() throws(StoreError) -> StoredRow? {
        if part.isEmpty { part = try nextPart()[...] }
        return part.popFirst()
    }

    /// The next rows, of which there are none after the last.
    mutating func nextPart() throws(StoreError) -> [StoredRow] {
        guard !isAtEnd else { return [] }
        let rows = try store.rows(of: table, after: lastKey, bytes: Self.partSize)
        if let last = rows.last { lastKey = table.key(of: last) } else { isAtEnd = true }
        return rows
    }
}
