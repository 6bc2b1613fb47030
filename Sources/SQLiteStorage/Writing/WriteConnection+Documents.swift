import CSQLite
import Documents
import Secrets
import Storage

extension WriteConnection {
    func create(_ record: DocumentRecord, sealed: SealedSecrets?) throws(SQLiteError) -> Effect {
        let table = record.kind.table
        guard sealed == nil || table.holdsSecrets, try isUnderNotedKey(sealed) else { return .refused(.conflict) }
        guard let organization = try ordinal(of: record.organization), try hasUser(record.owner, organization) else {
            return .refused(.missing)
        }
        if let parent = table.parent, try revision(of: parent, record.id, organization) == nil {
            return .refused(.missing)
        }
        let statements = statements.documents[record.kind]
        try bind(record, organization, to: statements.insert)
        guard try statements.insert.run() == 1 else {
            guard table.hasUniqueNames else { return .refused(.conflict) }
            try statements.exists.bind(1, record.id.key)
            return .refused(try statements.exists.hasRow() ? .conflict : .duplicate)
        }
        if let sealed {
            try bind(sealed, of: record.id, to: statements.insertSealed)
            try statements.insertSealed.run()
        }
        if record.kind == .connection {
            note(NameChange(organization: organization, key: record.id.key, before: nil, after: record.nameAndCategory))
        }
        return .changed
    }

    func update(
        _ record: DocumentRecord,
        expecting revision: Int64,
        sealed: SealedSecrets?
    ) throws(SQLiteError) -> Effect {
        guard sealed == nil || record.kind.table.holdsSecrets, try isUnderNotedKey(sealed) else {
            return .refused(.conflict)
        }
        guard let organization = try ordinal(of: record.organization), try hasUser(record.owner, organization) else {
            return .refused(.missing)
        }
        let name = try name(of: record.kind, record.id, organization)
        let statements = statements.documents[record.kind]
        try bind(record, organization, to: statements.update)
        try statements.update.bind(9, revision)
        guard try statements.update.run() == 1 else {
            switch try self.revision(of: record.kind, record.id, organization) {
            case nil: return .refused(.missing)
            // Nothing but its name was in the way.
            case revision: return .refused(.duplicate)
            default: return .refused(.conflict)
            }
        }
        if let sealed {
            try bind(sealed, of: record.id, to: statements.putSealed)
            guard try statements.putSealed.run() == 1 else {
                throw SQLiteError(code: SQLITE_CONSTRAINT, operation: .write)
            }
        } else {
            try statements.deleteSealed.bind(1, record.id.key)
            try statements.deleteSealed.run()
        }
        if let name {
            let key = record.id.key
            note(NameChange(organization: organization, key: key, before: name, after: record.nameAndCategory))
        }
        return .changed
    }

    func delete(_ kind: DocumentKind, _ id: Identifier, in organization: Identifier) throws(SQLiteError) -> Effect {
        guard let ordinal = try ordinal(of: organization) else { return .refused(.missing) }
        let name = try name(of: kind, id, ordinal)
        let statements = statements.documents[kind]
        let effect = try delete(id, in: organization, by: statements.delete)
        if case .changed = effect {
            try statements.deleteSealed.bind(1, id.key)
            try statements.deleteSealed.run()
            if let name { note(NameChange(organization: ordinal, key: id.key, before: name, after: nil)) }
        }
        return effect
    }

    /// The name of a connection that a change may take from it; `nil` where there is none, and of other kinds.
    private func name(of kind: DocumentKind, _ id: Identifier, _ organization: Int64) throws(SQLiteError) -> String? {
        guard kind == .connection else { return nil }
        let statement = statements.documents[kind]
        try bind(id, organization, to: statement.name)
        guard try statement.name.step() else { return nil }
        defer { statement.name.reset() }
        return statement.name.text(0)
    }

    // MARK: Master keys

    func rewrap(_ record: SealedRecord) throws(SQLiteError) -> Effect {
        guard
            let organization = try ordinal(of: record.organization),
            let stored = try revision(of: record.kind, record.id, organization)
        else { return .refused(.missing) }
        guard stored == record.revision, try isUnderNotedKey(record.sealed) else { return .refused(.conflict) }
        let statements = statements.documents[record.kind]
        try bind(record.sealed, of: record.id, to: statements.updateSealed)
        return try statements.updateSealed.run() == 1 ? .changed : .refused(.missing)
    }

    /// Whether secrets are sealed under a master key that was noted, and not forgotten since: a change that was under
    /// way during a rotation must not bring the old key back.
    private func isUnderNotedKey(_ sealed: SealedSecrets?) throws(SQLiteError) -> Bool {
        guard let id = sealed?.masterKeyID, !notedMasterKeys.contains(id) else { return true }
        try statements.masterKey.bind(1, text: id)
        guard try statements.masterKey.hasRow() else { return false }
        notedMasterKeys.insert(id)
        return true
    }

    func note(masterKey id: String) throws(SQLiteError) -> Effect {
        try statements.insertMasterKey.bind(1, text: id)
        return try statements.insertMasterKey.run() == 1 ? .changed : .unchanged
    }

    /// Looks through all secrets.
    func forget(masterKey id: String) throws(SQLiteError) -> Effect {
        try statements.secretsUnderMasterKey.bind(1, text: id)
        guard try !statements.secretsUnderMasterKey.hasRow() else { return .refused(.conflict) }
        notedMasterKeys.remove(id)
        try statements.deleteMasterKey.bind(1, text: id)
        return try statements.deleteMasterKey.run() == 1 ? .changed : .refused(.missing)
    }

    func set(
        _ key: ServerKey,
        _ sealed: SealedSecrets,
        replacingOneUnder masterKeyID: String?
    ) throws(SQLiteError) -> Effect {
        guard try isUnderNotedKey(sealed) else { return .refused(.conflict) }
        let statements = statements
        func write(_ statement: borrowing Statement) throws(SQLiteError) -> Effect {
            try statement.bind(1, text: key.rawValue)
            try statement.bind(2, text: sealed.masterKeyID)
            try statement.bind(3, blob: sealed.bytes)
            return try statement.run() == 1 ? .changed : .refused(.conflict)
        }
        guard let masterKeyID else { return try write(statements.insertServerKey) }
        try statements.updateServerKey.bind(4, text: masterKeyID)
        return try write(statements.updateServerKey)
    }

    // MARK: External ids

    func issue(externalID: String, to organization: Identifier) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .refused(.missing) }
        try statements.insertExternalID.bind(1, text: externalID)
        try statements.insertExternalID.bind(2, organization)
        if try statements.insertExternalID.run() == 1 { return .changed }
        try statements.externalID.bind(1, text: externalID)
        try statements.externalID.bind(2, organization)
        return try statements.externalID.hasRow() ? .unchanged : .refused(.conflict)
    }

    func bring(externalID: String?, account: Identifier, in organization: Identifier) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization),
            try revision(of: .awsAccount, account, organization) != nil
        else { return .refused(.missing) }
        guard let externalID else {
            try statements.deleteBroughtExternalID.bind(1, account.key)
            return try statements.deleteBroughtExternalID.run() == 1 ? .changed : .unchanged
        }
        try statements.foreignExternalID.bind(1, text: externalID)
        try statements.foreignExternalID.bind(2, organization)
        guard try !statements.foreignExternalID.hasRow() else { return .refused(.conflict) }
        try statements.putBroughtExternalID.bind(1, account.key)
        try statements.putBroughtExternalID.bind(2, organization)
        try statements.putBroughtExternalID.bind(3, text: externalID)
        try statements.putBroughtExternalID.run()
        return .changed
    }

    // MARK: Common parts

    /// The revision of the document of that kind and id in that organisation, or `nil` if it has none.
    func revision(
        of kind: DocumentKind,
        _ id: Identifier,
        _ organization: Int64
    ) throws(SQLiteError) -> Int64? {
        try revision(id, organization, by: statements.documents[kind].revision)
    }

    private func bind(
        _ record: DocumentRecord,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try bind(record.id, organization, to: statement)
        try statement.bind(4, record.owner.key)
        try statement.bind(5, text: record.name)
        try statement.bind(6, text: record.category)
        try statement.bind(7, text: record.document)
        try statement.bind(8, Int64(record.documentVersion))
    }

    private func bind(
        _ sealed: SealedSecrets,
        of id: Identifier,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try statement.bind(1, id.key)
        try statement.bind(2, text: sealed.masterKeyID)
        try statement.bind(3, blob: sealed.bytes)
    }
}

extension DocumentRecord {
    fileprivate var nameAndCategory: (name: String, category: String) { (name, category) }
}
