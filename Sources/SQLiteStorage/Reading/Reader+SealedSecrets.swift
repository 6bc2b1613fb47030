import Documents
import Secrets
import Storage

extension Reader {
    func sealedSecrets(
        of kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(SQLiteError) -> (revision: Int64, sealed: SealedSecrets?)? {
        guard let organization = try ordinal(of: organization) else { return nil }
        let statements = statements.documents[kind]
        try bind(id, organization, to: statements.sealed)
        guard try statements.sealed.step() else { return nil }
        defer { statements.sealed.reset() }
        let sealed =
            statements.sealed.isNull(2)
            ? nil
            : SealedSecrets(masterKeyID: statements.sealed.text(1), bytes: statements.sealed.bytes(2))
        return (statements.sealed.integer(0), sealed)
    }

    func masterKeyIDs() throws(SQLiteError) -> [String] {
        var ids: [String] = []
        while try statements.masterKeys.step() { ids.append(statements.masterKeys.text(0)) }
        return ids
    }

    func sealedKey(_ key: ServerKey) throws(SQLiteError) -> SealedSecrets? {
        try statements.serverKey.bind(1, text: key.rawValue)
        defer { statements.serverKey.reset() }
        guard try statements.serverKey.step() else { return nil }
        return SealedSecrets(masterKeyID: statements.serverKey.text(0), bytes: statements.serverKey.bytes(1))
    }

    /// Costs a step for each document with secrets from `last` to the last one found.
    func secretsNotSealed(
        under masterKeyID: String,
        after last: Identifier?,
        atMost count: Int
    ) throws(SQLiteError) -> [SealedRecord] {
        var start = Int64.min
        if let last {
            guard last.key < .max else { return [] }
            start = last.key + 1
        }
        try statements.notSealed.bind(1, text: masterKeyID)
        try statements.notSealed.bind(2, start)
        try statements.notSealed.bind(3, Int64(max(count, 0)))
        defer { statements.notSealed.reset() }
        var records: [SealedRecord] = []
        while try statements.notSealed.step() { records.append(try sealedRecord(from: statements.notSealed)) }
        return records
    }

    private func sealedRecord(from statement: borrowing Statement) throws(SQLiteError) -> SealedRecord {
        let number = statement.integer(2)
        guard let kind = DocumentKind.allCases.first(where: { $0.table.number == number }) else { throw .damaged }
        return SealedRecord(
            kind: kind,
            id: statement.splitIdentifier(0),
            organization: try statement.identifier(3),
            revision: statement.integer(4),
            sealed: SealedSecrets(masterKeyID: statement.text(5), bytes: statement.bytes(6))
        )
    }
}
