import Access
import Documents
import Secrets
import Storage

extension PostgresTransaction {
    func create(_ record: DocumentRecord, sealed: SealedSecrets?) throws(PostgresError) -> Effect {
        let table = record.kind.table
        guard sealed == nil || table.holdsSecrets, try isUnderNotedKey(sealed) else { return .refused(.conflict) }
        guard let organization = ordinals[record.organization], try hasUser(record.owner, organization) else {
            return .refused(.missing)
        }
        if let parent = table.parent, try !exists(parent.table.name, record.id, organization) {
            return .refused(.missing)
        }
        let inserted = try ask(
            """
            INSERT INTO \(table.name) (
                key, low, organization, owner, name, category, document, document_version, revision
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT DO NOTHING
            """,
            .integer(record.id.key),
            .integer(record.id.lowBits),
            .integer(organization),
            .integer(record.owner.key),
            .text(record.name),
            .text(record.category),
            .utf8(record.document),
            .integer(Int64(record.documentVersion))
        )
        guard inserted.affected == 1 else {
            guard table.hasUniqueNames else { return .refused(.conflict) }
            return .refused(try isTaken(table.name, record.id) ? .conflict : .duplicate)
        }
        if let sealed {
            // Secrets in the way are those of a document of another kind, and not to be overwritten: the writer refuses.
            later(
                "INSERT INTO sealed_secrets (document, kind, master_key_id, bytes) VALUES ($1, $2, $3, $4)",
                .integer(record.id.key),
                .integer(table.number),
                .text(sealed.masterKeyID),
                .bytes(sealed.bytes)
            )
        }
        return .changed
    }

    func update(
        _ record: DocumentRecord,
        expecting revision: Int64,
        sealed: SealedSecrets?
    ) throws(PostgresError) -> Effect {
        let table = record.kind.table
        guard sealed == nil || table.holdsSecrets, try isUnderNotedKey(sealed) else { return .refused(.conflict) }
        guard let organization = ordinals[record.organization], try hasUser(record.owner, organization) else {
            return .refused(.missing)
        }
        let isFree = """
             AND NOT EXISTS (SELECT 1 FROM \(table.name) o WHERE o.organization = $3 AND o.name = $5 AND o.key <> $1)
            """
        let updated = try ask(
            """
            UPDATE \(table.name)
            SET owner = $4, name = $5, category = $6, document = $7, document_version = $8, revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND revision = $9\(table.hasUniqueNames ? isFree : "")
            """,
            .integer(record.id.key),
            .integer(record.id.lowBits),
            .integer(organization),
            .integer(record.owner.key),
            .text(record.name),
            .text(record.category),
            .utf8(record.document),
            .integer(Int64(record.documentVersion)),
            .integer(revision)
        )
        guard updated.affected == 1 else {
            switch try self.revision(in: table.name, record.id, organization) {
            case nil: return .refused(.missing)
            // Nothing but its name was in the way.
            case revision: return .refused(.duplicate)
            default: return .refused(.conflict)
            }
        }
        guard let sealed else {
            if table.holdsSecrets { deleteSealed(record.kind, record.id) }
            return .changed
        }
        later(
            SQLQuery(
                """
                INSERT INTO sealed_secrets (document, kind, master_key_id, bytes) VALUES ($1, $2, $3, $4)
                ON CONFLICT (document) DO UPDATE SET master_key_id = excluded.master_key_id, bytes = excluded.bytes
                WHERE sealed_secrets.kind = excluded.kind
                """,
                .integer(record.id.key),
                .integer(table.number),
                .text(sealed.masterKeyID),
                .bytes(sealed.bytes)
            ),
            affects: 1
        )
        return .changed
    }

    func delete(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(PostgresError) -> Effect {
        let effect = try delete(kind.table.name, id, in: organization)
        guard case .changed = effect else { return effect }
        if kind.table.holdsSecrets { deleteSealed(kind, id) }
        for child in DocumentKind.allCases where child.table.parent == kind {
            later("DELETE FROM \(child.table.name) WHERE key = $1", .integer(id.key))
        }
        switch kind {
        case .connection: later("DELETE FROM restriction_bindings WHERE connection = $1", .integer(id.key))
        case .awsAccount: later("DELETE FROM brought_external_ids WHERE account = $1", .integer(id.key))
        default: break
        }
        return effect
    }

    private func deleteSealed(_ kind: DocumentKind, _ id: Identifier) {
        later(
            "DELETE FROM sealed_secrets WHERE document = $1 AND kind = $2",
            .integer(id.key),
            .integer(kind.table.number)
        )
    }

    func setPolicy(
        _ policy: RestrictionPolicy?,
        of connection: Identifier,
        in organization: Identifier,
        expecting revision: Int64
    ) throws(PostgresError) -> Effect {
        guard let organization = ordinals[organization] else { return .refused(.missing) }
        let marked = try ask(
            """
            UPDATE connections SET is_restricted = $4, revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND revision = $5
            """,
            .integer(connection.key),
            .integer(connection.lowBits),
            .integer(organization),
            .flag(policy != nil),
            .integer(revision)
        )
        guard marked.affected == 1 else {
            return .refused(try exists("connections", connection, organization) ? .conflict : .missing)
        }
        later("DELETE FROM restriction_bindings WHERE connection = $1", .integer(connection.key))
        let bindings = (policy?.bindings ?? []).flatMap { binding in
            binding.principals.map { (binding.relation.rawValue, $0.description) }
        }
        if !bindings.isEmpty {
            later(
                """
                INSERT INTO restriction_bindings (connection, relation, principal, position)
                SELECT $1, b.relation, b.principal, b.position - 1
                FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS b (relation, principal, position)
                """,
                .integer(connection.key),
                .texts(bindings.map(\.0)),
                .texts(bindings.map(\.1))
            )
        }
        return .changed
    }

    // MARK: Master keys

    func rewrap(_ record: SealedRecord) throws(PostgresError) -> Effect {
        guard let organization = ordinals[record.organization],
            let stored = try revision(in: record.kind.table.name, record.id, organization)
        else { return .refused(.missing) }
        guard stored == record.revision, try isUnderNotedKey(record.sealed) else { return .refused(.conflict) }
        let updated = try ask(
            "UPDATE sealed_secrets SET master_key_id = $3, bytes = $4 WHERE document = $1 AND kind = $2",
            .integer(record.id.key),
            .integer(record.kind.table.number),
            .text(record.sealed.masterKeyID),
            .bytes(record.sealed.bytes)
        )
        return updated.affected == 1 ? .changed : .refused(.missing)
    }

    /// Whether secrets are sealed under a master key that was noted, and is not forgotten before the transaction ends: a
    /// change that was under way during a rotation must not bring the old key back.
    private func isUnderNotedKey(_ sealed: SealedSecrets?) throws(PostgresError) -> Bool {
        guard let id = sealed?.masterKeyID, !notedMasterKeys.contains(id) else { return true }
        guard try ask(Self.noting([id])).first != nil else { return false }
        notedMasterKeys.insert(id)
        return true
    }

    func note(masterKey id: String) throws(PostgresError) -> Effect {
        let inserted = try ask("INSERT INTO master_keys (id) VALUES ($1) ON CONFLICT DO NOTHING", .text(id))
        return inserted.affected == 1 ? .changed : .unchanged
    }

    /// Looks through all secrets.
    func forget(masterKey id: String) throws(PostgresError) -> Effect {
        // Whoever seals under it is waited for, and seen by the next statement.
        let isNoted = try ask("SELECT id FROM master_keys WHERE id = $1 FOR UPDATE", .text(id)).first != nil
        let used = try ask(
            """
            SELECT 1 FROM sealed_secrets WHERE master_key_id = $1
            UNION ALL SELECT 1 FROM server_keys WHERE master_key_id = $1 LIMIT 1
            """,
            .text(id)
        )
        guard used.first == nil else { return .refused(.conflict) }
        guard isNoted else { return .refused(.missing) }
        notedMasterKeys.remove(id)
        later("DELETE FROM master_keys WHERE id = $1", .text(id))
        return .changed
    }

    func set(
        _ key: ServerKey,
        _ sealed: SealedSecrets,
        replacingOneUnder masterKeyID: String?
    ) throws(PostgresError) -> Effect {
        guard try isUnderNotedKey(sealed) else { return .refused(.conflict) }
        let values: [SQLValue] = [.text(key.rawValue), .text(sealed.masterKeyID), .bytes(sealed.bytes)]
        let query: SQLQuery
        if let masterKeyID {
            query = SQLQuery(
                "UPDATE server_keys SET master_key_id = $2, bytes = $3 WHERE name = $1 AND master_key_id = $4",
                parameters: values + [.text(masterKeyID)]
            )
        } else {
            query = SQLQuery(
                "INSERT INTO server_keys (name, master_key_id, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                parameters: values
            )
        }
        return try ask(query).affected == 1 ? .changed : .refused(.conflict)
    }

    // MARK: External ids

    /// Changes of one external id, by whatever organisation, are made one after another: "KeyX", and its hash.
    private func lock(externalID: String) {
        later("SELECT pg_advisory_xact_lock(x'4b657958'::int4, hashtext($1))", .text(externalID))
    }

    func issue(externalID: String, to organization: Identifier) throws(PostgresError) -> Effect {
        guard let organization = ordinals[organization] else { return .refused(.missing) }
        lock(externalID: externalID)
        let inserted = try ask(
            "INSERT INTO external_ids (id, organization) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            .text(externalID),
            .integer(organization)
        )
        if inserted.affected == 1 { return .changed }
        let own = try ask(
            "SELECT 1 FROM external_ids WHERE id = $1 AND organization = $2",
            .text(externalID),
            .integer(organization)
        )
        return own.first != nil ? .unchanged : .refused(.conflict)
    }

    func bring(
        externalID: String?,
        account: Identifier,
        in organization: Identifier
    ) throws(PostgresError) -> Effect {
        guard let organization = ordinals[organization],
            try exists(DocumentKind.awsAccount.table.name, account, organization)
        else { return .refused(.missing) }
        guard let externalID else {
            let deleted = try ask("DELETE FROM brought_external_ids WHERE account = $1", .integer(account.key))
            return deleted.affected == 1 ? .changed : .unchanged
        }
        lock(externalID: externalID)
        let foreign = try ask(
            """
            SELECT 1 FROM external_ids WHERE id = $1 AND organization <> $2
            UNION ALL SELECT 1 FROM brought_external_ids WHERE id = $1 AND organization <> $2
            """,
            .text(externalID),
            .integer(organization)
        )
        guard foreign.first == nil else { return .refused(.conflict) }
        later(
            """
            INSERT INTO brought_external_ids (account, organization, id) VALUES ($1, $2, $3)
            ON CONFLICT (account) DO UPDATE SET id = excluded.id
            """,
            .integer(account.key),
            .integer(organization),
            .text(externalID)
        )
        return .changed
    }
}
