import Documents
import Secrets
import Storage

extension Reader {
    func document(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(SQLiteError) -> [UInt8]? {
        guard let organization = try ordinal(of: organization) else { return nil }
        let statements = statements.documents[kind]
        try bind(id, organization, to: statements.document)
        guard try statements.document.step() else { return nil }
        defer { statements.document.reset() }
        return statements.document.bytes(0)
    }

    func stored(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(SQLiteError) -> StoredDocument? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        let statements = statements.documents[kind]
        try bind(id, ordinal, to: statements.stored)
        guard try statements.stored.step() else { return nil }
        defer { statements.stored.reset() }
        return StoredDocument(
            record: DocumentRecord(
                kind: kind,
                id: id,
                organization: organization,
                owner: statements.stored.splitIdentifier(0),
                name: statements.stored.text(2),
                category: statements.stored.text(3),
                document: statements.stored.bytes(4),
                documentVersion: Int(statements.stored.integer(5))
            ),
            revision: statements.stored.integer(6)
        )
    }

    /// Costs a step for each name up to the page's end, and one for each of the organisation's names to count them; of
    /// an exact name, a look into the index.
    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(SQLiteError) -> PageOf<[UInt8]> {
        guard let organization = try ordinal(of: organization) else { return .empty }
        let statements = statements.documents[kind]
        let total = try count(statements.countAll, organization)
        var totalFiltered = total
        if filter != DocumentFilter() {
            try bind(filter, to: statements.countFiltered)
            totalFiltered = try count(statements.countFiltered, organization)
        }
        try statements.list.bind(1, organization)
        try bind(filter, to: statements.list)
        try bind(page, to: statements.list, at: 5)
        return PageOf(elements: try documents(of: statements.list), total: total, totalFiltered: totalFiltered)
    }

    /// The documents that a statement finds, in its first column.
    func documents(of statement: borrowing Statement) throws(SQLiteError) -> [[UInt8]] {
        defer { statement.reset() }
        var documents: [[UInt8]] = []
        while try statement.step() { documents.append(statement.bytes(0)) }
        return documents
    }

    /// Binds the second to the fourth parameter of a list.
    func bind(_ filter: DocumentFilter, to statement: borrowing Statement) throws(SQLiteError) {
        try statement.bind(2, text: filter.name)
        try statement.bind(3, text: filter.nameContains)
        try statement.bind(4, text: filter.category)
    }

    func organization(ofExternalID externalID: String) throws(SQLiteError) -> Identifier? {
        try statements.externalID.bind(1, text: externalID)
        guard try statements.externalID.step() else { return nil }
        defer { statements.externalID.reset() }
        return try statements.externalID.identifier(0)
    }
}
