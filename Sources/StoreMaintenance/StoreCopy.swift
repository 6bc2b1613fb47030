package import Storage

/// Copies all rows of a store into another that has nothing else, table by table, and goes on where an earlier copy of
/// the same store ended.
package struct StoreCopy {
    private let source: any StoredRows
    private let target: any FillableStore

    package init(from source: any StoredRows, to target: any FillableStore) {
        self.source = source
        self.target = target
    }

    /// The target has rows that are not the source's.
    package struct ForeignRows: Error {}

    package struct Outcome: Sendable, Equatable {
        /// How many rows were copied now.
        package var rows = 0
        /// Whether an earlier copy had brought some of them.
        package var isContinued = false
    }

    /// Copies what is missing.
    ///
    /// - Parameter advanced: Told how many rows were copied so far.
    /// - Returns: How much that was.
    /// - Throws: ``ForeignRows`` before anything is written, or ``StoreError``; what was copied until then stays.
    package func run(_ advanced: (Int) -> Void) throws -> Outcome {
        try requireOwnOrganizations()
        var outcome = Outcome()
        for table in StoredTable.all {
            let last = try target.lastKey(of: table)
            if last != nil { outcome.isContinued = true }
            var reader = RowReader(table, of: source, after: last)
            while case let rows = try reader.nextPart(), !rows.isEmpty {
                try target.append(rows, to: table)
                outcome.rows += rows.count
                advanced(outcome.rows)
            }
        }
        return outcome
    }

    /// Refuses a target with organisations that are not the source's. Without an organisation there is nothing else.
    private func requireOwnOrganizations() throws {
        var ours = RowReader(.organizations, of: source)
        var theirs = RowReader(.organizations, of: target)
        while let organization = try theirs.next() {
            guard try ours.next() == organization else { throw ForeignRows() }
        }
    }
}
