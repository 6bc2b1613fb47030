/// Something that is wrong with a store.
package struct StoreFinding: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The database can't be opened as a store.
        case unusable
        /// The schema is older than this program's, or a table or an index is not as it should be.
        case schema
        /// The engine's own check says so.
        case engine
        /// A document can't be read, or is not its row's.
        case document
        /// A column by which documents are found is not as the document has it.
        case column
        /// A row refers to one that is not there.
        case orphan
        /// Secrets are sealed under a master key that is not noted.
        case masterKey = "master_key"
        /// Secrets belong to no document.
        case secrets
        /// Positions in a list have a gap.
        case position
        /// A connection is marked as restricted and has no policy, or the other way round.
        case restriction
        /// An organisation's audit chain is not whole.
        case auditChain = "audit_chain"
    }

    package let kind: Kind
    /// The table where it is; `nil` if it is not about rows.
    package let table: String?
    /// How many rows it is about.
    package private(set) var count: Int64
    /// Some of the rows, as people find them.
    package private(set) var rows: [String]
    /// The error, for people: it goes on from `3 rows`, or is a sentence of its own where there is no table.
    package let explanation: String

    /// How many rows are named.
    static let rowLimit = 10

    /// A finding that is not about rows.
    package init(_ kind: Kind, _ explanation: String) {
        self.init(kind, table: nil, explanation, count: 1, rows: [])
    }

    init(_ kind: Kind, table: String?, _ explanation: String, count: Int64 = 0, rows: [String] = []) {
        self.kind = kind
        self.table = table
        self.explanation = explanation
        self.count = count
        self.rows = rows
    }

    /// Counts a further row.
    mutating func add(_ row: String?) {
        count += 1
        if let row, rows.count < Self.rowLimit { rows.append(row) }
    }

    /// A line for people.
    package var text: String {
        guard let table else { return explanation }
        let named = rows.isEmpty ? "" : ": " + rows.joined(separator: ", ") + (count > rows.count ? ", …" : "")
        return "\(table): \(count) \(count == 1 ? "row" : "rows") \(explanation)\(named)"
    }
}
