import Documents
import Secrets
import Storage

extension PostgresReads {
    func document(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(PostgresError) -> [UInt8]? {
        try row(
            "SELECT document FROM \(kind.table.name) WHERE key = $1 AND low = $2 AND organization = $3",
            id,
            in: organization
        )?.bytes(0)
    }

    func stored(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(PostgresError) -> StoredDocument? {
        let found = try row(
            """
            SELECT u.key, u.low, d.name, d.category, d.document, d.document_version, d.revision
            FROM \(kind.table.name) d JOIN users u ON u.key = d.owner
            WHERE d.key = $1 AND d.low = $2 AND d.organization = $3
            """,
            id,
            in: organization
        )
        guard let row = found else { return nil }
        return StoredDocument(
            record: DocumentRecord(
                kind: kind,
                id: id,
                organization: organization,
                owner: row.splitIdentifier(0),
                name: row.text(2),
                category: row.text(3),
                document: row.bytes(4),
                documentVersion: Int(row.integer(5))
            ),
            revision: row.integer(6)
        )
    }

    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(PostgresError) -> PageOf<[UInt8]> {
        guard let ordinal = try ordinal(of: organization) else { return .empty }
        return try list(NamedList(kind.table, in: ordinal, matching: filter), page)
    }

    func list(_ list: NamedList, _ page: Page?) throws(PostgresError) -> PageOf<[UInt8]> {
        var queries = [list.page(page), list.countingAll]
        if list.isFiltered { queries.append(list.countingFiltered) }
        let results = try ask(together: queries)
        guard let rows = results.first else { throw .lostConnection() }
        let counts = results.dropFirst().map { Int($0.first?.integer(0) ?? 0) }
        var end: ListPosition?
        let documents = try rows.map { row throws(PostgresError) in
            if page != nil { end = ListPosition(.text(row.text(1)), row.splitIdentifier(2)) }
            return row.bytes(0)
        }
        return PageOf(elements: documents, total: counts.first ?? 0, totalFiltered: counts.last ?? 0, end: end)
    }

    /// The rows of one read, at most, where their documents are counted by bytes.
    private static let shortRead = 64

    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        after position: ListPosition?,
        bytes: Int
    ) throws(PostgresError) -> (documents: [[UInt8]], end: ListPosition?) {
        guard let ordinal = try ordinal(of: organization) else { return ([], nil) }
        let list = NamedList(kind.table, in: ordinal, matching: filter)
        var documents: [[UInt8]] = []
        var end = position
        var count = 0
        while true {
            let query = list.page(Page(size: Self.shortRead, number: 0, after: end))
            let rows = try ask(together: [query])
            guard let rows = rows.first else { throw .lostConnection() }
            var isFull = false
            _ = try rows.map { row throws(PostgresError) in
                guard !isFull else { return }
                guard count < bytes || documents.isEmpty else {
                    isFull = true
                    return
                }
                let document = row.bytes(0)
                count += document.count
                documents.append(document)
                end = ListPosition(.text(row.text(1)), row.splitIdentifier(2))
            }
            if isFull { return (documents, end) }
            if rows.count < Self.shortRead { return (documents, nil) }
        }
    }

    func owner(ofExternalID externalID: String) throws(PostgresError) -> ExternalIDOwner? {
        let found = try ask(
            """
            SELECT o.id, 1 FROM external_ids e JOIN organizations o ON o.ordinal = e.organization WHERE e.id = $1
            UNION ALL
            SELECT o.id, 0 FROM brought_external_ids b JOIN organizations o ON o.ordinal = b.organization
            WHERE b.id = $1
            ORDER BY 2 DESC LIMIT 1
            """,
            .text(externalID)
        )
        guard let row = found.first else { return nil }
        return ExternalIDOwner(organization: try row.identifier(0), isIssued: row.integer(1) == 1)
    }

    // MARK: Sealed secrets

    func sealedSecrets(
        of kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(PostgresError) -> (revision: Int64, sealed: SealedSecrets?)? {
        let found = try row(
            """
            SELECT d.revision, s.master_key_id, s.bytes
            FROM \(kind.table.name) d LEFT JOIN sealed_secrets s ON s.document = d.key AND s.kind = \(kind.table.number)
            WHERE d.key = $1 AND d.low = $2 AND d.organization = $3
            """,
            id,
            in: organization
        )
        return found.map { ($0.integer(0), $0.sealed(1)) }
    }

    func masterKeyIDs() throws(PostgresError) -> [String] {
        try ask("SELECT id FROM master_keys ORDER BY id").map { row throws(PostgresError) in row.text(0) }
    }

    func sealedKey(_ key: ServerKey) throws(PostgresError) -> SealedSecrets? {
        try ask("SELECT master_key_id, bytes FROM server_keys WHERE name = $1", .text(key.rawValue)).first?.sealed(0)
    }

    func secretsNotSealed(
        under masterKeyID: String,
        after last: Identifier?,
        atMost count: Int
    ) throws(PostgresError) -> [SealedRecord] {
        var start = Int64.min
        if let last {
            guard last.key < .max else { return [] }
            start = last.key + 1
        }
        let found = try ask(
            Self.notSealed,
            .text(masterKeyID),
            .integer(start),
            .integer(Int64(max(count, 0)))
        )
        return try found.map { row throws(PostgresError) in
            let number = row.integer(2)
            guard let kind = DocumentKind.allCases.first(where: { $0.table.number == number }),
                let sealed = row.sealed(5)
            else { throw .damaged }
            return SealedRecord(
                kind: kind,
                id: row.splitIdentifier(0),
                organization: try row.identifier(3),
                revision: row.integer(4),
                sealed: sealed
            )
        }
    }

    private static let notSealed: String = {
        let tables = DocumentKind.allCases.map(\.table).filter(\.holdsSecrets)
        func first(_ column: String) -> String {
            "coalesce(\(tables.map { "\($0.name).\(column)" }.joined(separator: ", ")))"
        }
        let joins = tables.map { table in
            "LEFT JOIN \(table.name) ON s.kind = \(table.number) AND \(table.name).key = s.document"
        }
        return """
            SELECT s.document, \(first("low")), s.kind, o.id, \(first("revision")), s.master_key_id, s.bytes
            FROM sealed_secrets s \(joins.joined(separator: " "))
            JOIN organizations o ON o.ordinal = \(first("organization"))
            WHERE s.master_key_id <> $1 AND s.document >= $2 ORDER BY s.document LIMIT $3
            """
    }()
}
