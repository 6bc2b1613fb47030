import CSQLite
import Documents
import Secrets
import Storage

extension Reader {
    func document(ofConnection id: Identifier, in organization: Identifier) throws(SQLiteError) -> [UInt8]? {
        guard let organization = try ordinal(of: organization) else { return nil }
        try bind(id, organization, to: statements.document)
        guard try statements.document.step() else { return nil }
        defer { statements.document.reset() }
        return statements.document.bytes(0)
    }

    func connection(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> StoredConnection? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        try bind(id, ordinal, to: statements.connection)
        guard try statements.connection.step() else { return nil }
        defer { statements.connection.reset() }
        return StoredConnection(
            record: ConnectionRecord(
                id: id,
                organization: organization,
                owner: Identifier(
                    key: statements.connection.integer(0),
                    lowBits: statements.connection.integer(1)
                ),
                name: statements.connection.text(2),
                integration: statements.connection.text(3),
                document: statements.connection.bytes(4),
                documentVersion: Int(statements.connection.integer(5))
            ),
            revision: statements.connection.integer(6)
        )
    }

    func sealedSecrets(
        ofConnection id: Identifier,
        in organization: Identifier
    ) throws(SQLiteError) -> (revision: Int64, sealed: SealedSecrets?)? {
        guard let organization = try ordinal(of: organization) else { return nil }
        try bind(id, organization, to: statements.sealed)
        guard try statements.sealed.step() else { return nil }
        defer { statements.sealed.reset() }
        let sealed =
            statements.sealed.isNull(2)
            ? nil
            : SealedSecrets(masterKeyID: statements.sealed.text(1), bytes: statements.sealed.bytes(2))
        return (statements.sealed.integer(0), sealed)
    }

    /// Costs a step for each name up to the page's end, and one for each of the organisation's names to count them.
    func documents(
        ofConnectionsIn organization: Identifier,
        matching filter: ConnectionFilter,
        page: Page
    ) throws(SQLiteError) -> PageOf<[UInt8]> {
        guard let organization = try ordinal(of: organization) else {
            return PageOf(elements: [], total: 0, totalFiltered: 0)
        }
        let total = try count(statements.countAll, organization)
        var totalFiltered = total
        if filter != ConnectionFilter() {
            try statements.countFiltered.bind(2, text: filter.nameContains)
            try statements.countFiltered.bind(3, text: filter.integration)
            totalFiltered = try count(statements.countFiltered, organization)
        }
        try statements.list.bind(1, organization)
        try statements.list.bind(2, text: filter.nameContains)
        try statements.list.bind(3, text: filter.integration)
        try statements.list.bind(4, Int64(page.size))
        try statements.list.bind(5, page.offset)
        defer { statements.list.reset() }
        var documents: [[UInt8]] = []
        while try statements.list.step() { documents.append(statements.list.bytes(0)) }
        return PageOf(elements: documents, total: total, totalFiltered: totalFiltered)
    }

    func count(_ statement: borrowing Statement, _ organization: Int64) throws(SQLiteError) -> Int {
        try statement.bind(1, organization)
        defer { statement.reset() }
        return try statement.step() ? Int(statement.integer(0)) : 0
    }
}

extension Page {
    /// How many elements come before it; a page beyond all counting is empty.
    var offset: Int64 {
        let (offset, overflows) = Int64(size).multipliedReportingOverflow(by: Int64(number))
        return overflows ? .max : offset
    }
}
