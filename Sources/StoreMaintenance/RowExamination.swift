import Access
import Documents
import JSONReading
import Storage

/// Looks at each row of a store as it goes by, tables in the order of ``StoredTable/all``.
///
/// It keeps the keys of connections that are restricted, the ids of organisations' own roles and of master keys, and
/// nothing else of which there may be many.
struct RowExamination {
    private let columns: StoreExamination.Columns
    private var chains: AuditChainWalk
    private var findings: [Finding: StoreFinding] = [:]

    private var ownRoles: Set<String> = []
    private var masterKeys: Set<String> = []
    /// Connections that are marked as restricted, and have no binding yet.
    private var markedConnections: Set<Int64> = []
    /// The last row of a list whose rows come in the order of their positions.
    private var lastOfList: (table: String, owner: Int64, position: Int64)?
    /// The restriction policy whose bindings go by.
    private var policy: (row: StoredRow, positions: [Int64])?

    /// A kind of error in a table.
    private struct Finding: Hashable {
        let table: String
        let explanation: String
    }

    private static let kinds = Dictionary(
        uniqueKeysWithValues: DocumentKind.allCases.map { ($0.storedTable.name, $0) }
    )

    init(organizations: [Int64: Identifier], columns: @escaping StoreExamination.Columns) {
        self.columns = columns
        chains = AuditChainWalk(organizations: organizations)
    }

    mutating func take(_ row: StoredRow, of table: StoredTable) {
        if let kind = Self.kinds[table.name] { takeDocument(row, kind) }
        switch table.name {
        case StoredTable.roles.name: takeRole(row)
        case StoredTable.userRoles.name: takeUserRole(row)
        case StoredTable.applicationKeyScopes.name: takePosition(row, of: table)
        case StoredTable.restrictionBindings.name: takeBinding(row)
        case StoredTable.masterKeys.name: if let id = row[0].text { masterKeys.insert(id) }
        case StoredTable.serverKeys.name, StoredTable.sealedSecrets.name: takeSealed(row, of: table)
        case StoredTable.auditLog.name: chains.take(row)
        default: break
        }
    }

    mutating func finish() -> (findings: [StoreFinding], chains: [WalkedChain]) {
        endPolicy()
        for connection in markedConnections.sorted() {
            note(.restriction, [.integer(connection)], of: .connections, "marked as restricted, without a policy")
        }
        let chains = chains.finish()
        let places = Dictionary(uniqueKeysWithValues: zip(StoredTable.all.map(\.name), 0...))
        let sorted = findings.sorted {
            (places[$0.key.table] ?? 0, $0.key.explanation) < (places[$1.key.table] ?? 0, $1.key.explanation)
        }
        let ofChains = chains.compactMap { chain in
            chain.fault.map { fault in
                let owner = chain.organization?.description ?? "no organisation, in the place of the \(chain.ordinal)th"
                return StoreFinding(.auditChain, "the audit log of \(owner) is not whole: \(fault)")
            }
        }
        return (sorted.map(\.value) + ofChains, chains)
    }

    private mutating func note(
        _ kind: StoreFinding.Kind,
        _ row: StoredRow,
        of table: StoredTable,
        _ explanation: String
    ) {
        let place = Finding(table: table.name, explanation: explanation)
        findings[place, default: StoreFinding(kind, table: table.name, explanation)].add(table.label(of: row))
    }

    // MARK: Documents

    private mutating func takeDocument(_ row: StoredRow, _ kind: DocumentKind) {
        let table = kind.storedTable
        guard let text = row[table.place(of: "document")].content, let document = try? JSONReader.read(text),
            case .object = document
        else { return note(.document, row, of: table, "with a document that can't be read") }
        if let id = document["id"]?.text?.string, id != table.label(of: row) {
            note(.document, row, of: table, "with the document of another id")
        }
        let expected = columns(kind, document["attributes"])
        if row[table.place(of: "name")].text != expected.name {
            note(.column, row, of: table, "found by another name than the document has")
        }
        if row[table.place(of: "category")].text != expected.category {
            note(.column, row, of: table, "found by another category than the document has")
        }
        if kind == .connection, row[table.place(of: "is_restricted")] != .integer(0), let key = row[0].integer {
            markedConnections.insert(key)
        }
    }

    // MARK: Lists

    private mutating func takeRole(_ row: StoredRow) {
        if let id = StoredTable.roles.label(of: row) { ownRoles.insert(id) }
    }

    private mutating func takeUserRole(_ row: StoredRow) {
        takePosition(row, of: .userRoles)
        let text = row[2].text ?? ""
        guard let id = Identifier(text), Role.shipped(id) != nil || ownRoles.contains(id.description) else {
            return note(.orphan, row, of: .userRoles, "with a role that is not in roles")
        }
    }

    /// Takes a row whose second column counts from 0 within the first.
    private mutating func takePosition(_ row: StoredRow, of table: StoredTable) {
        guard let owner = row[0].integer, let position = row[1].integer else { return }
        let isFirst = lastOfList?.table != table.name || lastOfList?.owner != owner
        let due = isFirst ? 0 : (lastOfList?.position ?? 0) + 1
        if position != due { note(.position, row, of: table, "behind a gap in the positions") }
        lastOfList = (table.name, owner, position)
    }

    private mutating func takeBinding(_ row: StoredRow) {
        if policy?.row[0] != row[0] {
            endPolicy()
            policy = (row, [])
            if let connection = row[0].integer, markedConnections.remove(connection) == nil {
                note(.restriction, row, of: .restrictionBindings, "of a connection that is not marked as restricted")
            }
        }
        policy?.positions.append(row[3].integer ?? -1)
    }

    private mutating func endPolicy() {
        guard let ended = policy else { return }
        policy = nil
        if ended.positions.sorted() != Array(0..<Int64(ended.positions.count)) {
            note(.position, ended.row, of: .restrictionBindings, "of a policy with a gap in the positions")
        }
    }

    // MARK: Secrets

    private mutating func takeSealed(_ row: StoredRow, of table: StoredTable) {
        if let id = row[table.place(of: "master_key_id")].text, !masterKeys.contains(id) {
            note(.masterKey, row, of: table, "sealed under a master key that is not noted")
        }
        guard table.name == StoredTable.sealedSecrets.name, let number = row[table.place(of: "kind")].integer,
            !DocumentKind.allCases.contains(where: { $0.table.holdsSecrets && $0.table.number == number })
        else { return }
        note(.secrets, row, of: table, "with secrets of a kind of document that has none")
    }
}
