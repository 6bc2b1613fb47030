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
        let (documents, end) = try self.documents(of: statements.list, page)
        return PageOf(elements: documents, total: total, totalFiltered: totalFiltered, end: end)
    }

    /// The documents of a page of a list by name, whose columns are the document, its name and its id; and where it
    /// ends.
    func documents(
        of statement: borrowing Statement,
        _ page: Page?
    ) throws(SQLiteError) -> (documents: [[UInt8]], end: ListPosition?) {
        try bind(page, to: statement, at: 5)
        try statement.bind(8, text: page?.after.map { $0.value.text ?? "" })
        try statement.bind(9, page?.after?.id.key)
        defer { statement.reset() }
        var documents: [[UInt8]] = []
        var end: ListPosition?
        while try statement.step() {
            documents.append(statement.bytes(0))
            if page != nil {
                end = ListPosition(.text(statement.text(1)), statement.splitIdentifier(2))
            }
        }
        return (documents, end)
    }

    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        after position: ListPosition?,
        bytes: Int
    ) throws(SQLiteError) -> (documents: [[UInt8]], end: ListPosition?) {
        guard let organization = try ordinal(of: organization) else { return ([], nil) }
        let statements = statements.documents[kind]
        try statements.list.bind(1, organization)
        try bind(filter, to: statements.list)
        try bind(nil, to: statements.list, at: 5)
        return try documents(of: statements.list, after: position, bytes: bytes)
    }

    private func documents(
        of list: borrowing Statement,
        after position: ListPosition?,
        bytes: Int
    ) throws(SQLiteError) -> (documents: [[UInt8]], end: ListPosition?) {
        try list.bind(8, text: position.map { $0.value.text ?? "" })
        try list.bind(9, position?.id.key)
        defer { list.reset() }
        var documents: [[UInt8]] = []
        var end: ListPosition?
        var count = 0
        while try list.step() {
            if count >= bytes, !documents.isEmpty { return (documents, end) }
            let document = list.bytes(0)
            count += document.count
            documents.append(document)
            end = ListPosition(.text(list.text(1)), list.splitIdentifier(2))
        }
        return (documents, nil)
    }

    /// Binds the second to the fourth parameter of a list.
    func bind(_ filter: DocumentFilter, to statement: borrowing Statement) throws(SQLiteError) {
        try statement.bind(2, text: filter.name)
        try statement.bind(3, text: filter.nameContains)
        try statement.bind(4, text: filter.category)
    }

    func owner(ofExternalID externalID: String) throws(SQLiteError) -> ExternalIDOwner? {
        let statements = statements
        try statements.externalID.bind(1, text: externalID)
        guard try statements.externalID.step() else { return nil }
        defer { statements.externalID.reset() }
        return ExternalIDOwner(
            organization: try statements.externalID.identifier(0),
            isIssued: statements.externalID.integer(1) == 1
        )
    }
}
