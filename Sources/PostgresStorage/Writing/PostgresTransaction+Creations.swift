import Documents
import Secrets
import Storage

extension PostgresTransaction {
    /// Creates connections by one statement: those that nothing is in the way of.
    func create(_ changes: ArraySlice<Change>, locking: Bool) throws(PostgresError) -> [CommitOutcome] {
        let rows = changes.compactMap { change in
            change.creation.flatMap { creation in
                ordinals[creation.record.organization].map { (change, creation.record, creation.sealed, $0) }
            }
        }
        guard rows.count == changes.count else { throw .damaged }
        // A key that is being forgotten is waited for, and seen by the next statement.
        let masterKeyIDs = Set(rows.compactMap { $0.2?.masterKeyID })
        let noting = Self.noting(masterKeyIDs)
        let results = try ask(all: [noting, Self.insertion(rows.map { ($0.1, $0.2, $0.3) })])
        let noted = Set(try results[0].map { row throws(PostgresError) in row.text(0) })
        let inserted = Set(try results[1].map { row throws(PostgresError) in row.integer(0) })
        if inserted.count == rows.count {
            for change in changes { try note(change) }
            return changes.map { _ in .committed }
        }
        let refused = rows.map(\.1.id.key).filter { !inserted.contains($0) }
        let existing = try ask("SELECT key FROM connections WHERE key = ANY($1)", .integers(refused))
        let users = try ask(
            "SELECT key, low, organization FROM users WHERE key = ANY($1)",
            .integers(rows.map(\.1.owner.key))
        )
        var known: [Int64: (low: Int64, organization: Int64)] = [:]
        _ = try users.map { row throws(PostgresError) in known[row.integer(0)] = (row.integer(1), row.integer(2)) }
        let taken = Set(try existing.map { row throws(PostgresError) in row.integer(0) })
        return try rows.map { change, record, sealed, ordinal throws(PostgresError) in
            if inserted.contains(record.id.key) {
                try note(change)
                return .committed
            }
            if let sealed, !noted.contains(sealed.masterKeyID) { return .conflict }
            guard let owner = known[record.owner.key], owner == (record.owner.lowBits, ordinal) else { return .missing }
            guard taken.contains(record.id.key) else { throw .damaged }
            return .conflict
        }
    }

    /// The master keys among those that are noted, which nobody can forget before the transaction ends.
    static func noting(_ ids: Set<String>) -> SQLQuery {
        SQLQuery("SELECT id FROM master_keys WHERE id = ANY($1) ORDER BY id FOR KEY SHARE", .texts(ids.sorted()))
    }

    private static func insertion(
        _ rows: [(record: DocumentRecord, sealed: SealedSecrets?, ordinal: Int64)]
    ) -> SQLQuery {
        let records = rows.map(\.record)
        return SQLQuery(
            insertion,
            parameters: [
                .integers(records.map(\.id.key)),
                .integers(records.map(\.id.lowBits)),
                .integers(rows.map(\.ordinal)),
                .integers(records.map(\.owner.key)),
                .integers(records.map(\.owner.lowBits)),
                .texts(records.map(\.name)),
                .texts(records.map(\.category)),
                .utf8s(records.map(\.document)),
                .integers(records.map { Int64($0.documentVersion) }),
                .optionalTexts(rows.map { $0.sealed?.masterKeyID }),
                .blobs(rows.map { $0.sealed?.bytes ?? [] }),
            ]
        )
    }

    private static let insertion = """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest(
                $1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::text[], $7::text[], $8::text[], $9::int8[],
                $10::text[], $11::bytea[]
            ) AS g (
                key, low, organization, owner, owner_low, name, category, document, document_version, master_key_id,
                bytes
            )
        ), inserted AS (
            INSERT INTO connections (
                key, low, organization, owner, name, category, document, document_version, revision
            )
            SELECT key, low, organization, owner, name, category, document, document_version, 1 FROM given
            WHERE EXISTS (
                SELECT 1 FROM users u
                WHERE u.key = given.owner AND u.low = given.owner_low AND u.organization = given.organization
            ) AND (master_key_id IS NULL OR EXISTS (SELECT 1 FROM master_keys m WHERE m.id = given.master_key_id))
            ON CONFLICT DO NOTHING RETURNING key
        ), sealed AS (
            INSERT INTO sealed_secrets (document, kind, master_key_id, bytes)
            SELECT given.key, \(DocumentKind.connection.table.number), given.master_key_id, given.bytes
            FROM given JOIN inserted ON inserted.key = given.key WHERE given.master_key_id IS NOT NULL
        )
        SELECT key FROM inserted
        """
}
