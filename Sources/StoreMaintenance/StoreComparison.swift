package import Storage

/// Reads two stores from their first row to their last, side by side, and tells where they differ.
package struct StoreComparison {
    private let source: any StoredRows
    private let target: any StoredRows

    package init(of source: any StoredRows, with target: any StoredRows) {
        self.source = source
        self.target = target
    }

    /// The result for one table.
    package struct Table: Sendable, Equatable {
        package let name: String
        package var sourceRows = 0
        package var targetRows = 0
        /// SHA-256 of the rows.
        package var sourceDigest = ""
        package var targetDigest = ""
        /// Rows of the source that the target does not have, of the target that the source does not have, and rows
        /// that differ.
        package var missing = 0
        package var added = 0
        package var changed = 0
        /// Some of these, in words.
        package var examples: [String] = []

        package var agrees: Bool { sourceRows == targetRows && sourceDigest == targetDigest }
    }

    package struct Outcome: Sendable, Equatable {
        package let tables: [Table]
        package let sourceChains: [WalkedChain]
        package let targetChains: [WalkedChain]

        /// Whether the stores hold the same, and the audit chains of both are whole.
        package var agrees: Bool {
            tables.allSatisfy(\.agrees) && sourceChains == targetChains
                && (sourceChains + targetChains).allSatisfy { $0.fault == nil }
        }
    }

    /// Reads all of both.
    ///
    /// - Parameter advanced: Told how many rows of the source were read so far.
    /// - Returns: How they differ, if they do.
    /// - Throws: ``StoreError`` if one of them can't be read.
    package func run(_ advanced: (Int) -> Void) throws(StoreError) -> Outcome {
        var sourceChains = AuditChainWalk(organizations: try AuditChainWalk.organizations(of: source))
        var targetChains = AuditChainWalk(organizations: try AuditChainWalk.organizations(of: target))
        var tables: [Table] = []
        var count = 0
        for table in StoredTable.all {
            let isAuditLog = table.name == StoredTable.auditLog.name
            let result = try compare(
                table,
                ofSource: { row in
                    count += 1
                    if count % 1_000 == 0 { advanced(count) }
                    if isAuditLog { sourceChains.take(row) }
                },
                ofTarget: { row in
                    if isAuditLog { targetChains.take(row) }
                }
            )
            tables.append(result)
        }
        return Outcome(tables: tables, sourceChains: sourceChains.finish(), targetChains: targetChains.finish())
    }

    /// Compares one table, and shows each row of both sides as it goes by.
    private func compare(
        _ table: StoredTable,
        ofSource: (StoredRow) -> Void,
        ofTarget: (StoredRow) -> Void
    ) throws(StoreError) -> Table {
        var result = Table(name: table.name)
        var ours = ComparedSide(RowReader(table, of: source))
        var theirs = ComparedSide(RowReader(table, of: target))
        var left = try ours.next(ofSource)
        var right = try theirs.next(ofTarget)
        while let row = left ?? right {
            let order = Self.order(left, right, in: table)
            switch order {
            case .same where left == right: break
            case .same:
                result.changed += 1
                let columns = zip(table.columns, zip(row, right ?? [])).filter { $0.1.0 != $0.1.1 }.map { $0.0.name }
                result.tell("differs in \(columns.joined(separator: ", "))", table.label(of: row))
            case .missing:
                result.missing += 1
                result.tell("is missing", table.label(of: row))
            case .added:
                result.added += 1
                result.tell("is there in addition", right.flatMap(table.label))
            }
            if order != .added { left = try ours.next(ofSource) }
            if order != .missing { right = try theirs.next(ofTarget) }
        }
        (result.sourceRows, result.targetRows) = (ours.count, theirs.count)
        (result.sourceDigest, result.targetDigest) = (ours.digest(), theirs.digest())
        return result
    }

    private enum Order {
        /// Both have a row of this key.
        case same
        /// The source's next row is not in the target.
        case missing
        /// The target's next row is not in the source.
        case added
    }

    private static func order(_ left: StoredRow?, _ right: StoredRow?, in table: StoredTable) -> Order {
        guard let left else { return .added }
        guard let right else { return .missing }
        let (ours, theirs) = (left.prefix(table.keyLength), right.prefix(table.keyLength))
        if ours == theirs { return .same }
        return ours.lexicographicallyPrecedes(theirs) ? .missing : .added
    }
}

extension StoreComparison.Table {
    /// Keeps a difference as an example, if there are few so far.
    fileprivate mutating func tell(_ difference: String, _ row: String?) {
        guard examples.count < Self.exampleLimit else { return }
        examples.append(row.map { "\($0) \(difference)" } ?? "a row \(difference)")
    }

    /// How many differences of a table are told in words.
    private static let exampleLimit = 5
}

/// One side of a table that is compared.
private struct ComparedSide: ~Copyable {
    private var reader: RowReader
    private var rows = TableDigest()
    private(set) var count = 0

    init(_ reader: RowReader) {
        self.reader = reader
    }

    /// The next row, which is shown as well; `nil` after the last.
    mutating func next(_ seen: (StoredRow) -> Void) throws(StoreError) -> StoredRow? {
        guard let row = try reader.next() else { return nil }
        count += 1
        rows.append(row)
        seen(row)
        return row
    }

    /// The digest of all rows; to be called once.
    mutating func digest() -> String { rows.finish() }
}
