import Access
import Documents
import Secrets
import Storage

extension WriteConnection {
    /// Carries out one mutation. One that is refused has written nothing.
    func apply(_ mutation: Mutation) throws(SQLiteError) -> Effect {
        switch mutation {
        case .createOrganization(let organization):
            return try create(organization)
        case .createUser(let user):
            return try create(user)
        case .createAPIKey(let key):
            return try create(key)
        case .createApplicationKey(let key):
            return try create(key)
        case .setRegistration(let key, let organization, let isRegistered):
            return try setRegistration(of: key, in: organization, to: isRegistered)
        case .createConnection(let record, let sealed):
            return try create(record, sealed: sealed)
        case .updateConnection(let record, let revision, let sealed):
            return try update(record, expecting: revision, sealed: sealed)
        case .deleteConnection(let id, let organization):
            return try deleteConnection(id, in: organization)
        case .rewrapSecrets(let id, let organization, let revision, let sealed):
            return try rewrap(id, in: organization, expecting: revision, sealed: sealed)
        }
    }

    // MARK: Access

    private func create(_ organization: Organization) throws(SQLiteError) -> Effect {
        try statements.insertOrganization.bind(1, text: organization.id.description)
        try statements.insertOrganization.bind(2, text: organization.name)
        try statements.insertOrganization.bind(3, organization.createdAt.microseconds)
        return try statements.insertOrganization.run() == 1 ? .changed : .refused(.conflict)
    }

    private func create(_ user: User) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: user.organization) else { return .refused(.missing) }
        try bind(user.id, organization, to: statements.insertUser)
        try statements.insertUser.bind(4, text: user.handle)
        try statements.insertUser.bind(5, user.isServiceAccount)
        try statements.insertUser.bind(6, user.isDisabled)
        try statements.insertUser.bind(7, user.createdAt.microseconds)
        guard try statements.insertUser.run() == 1 else { return .refused(.conflict) }
        for (position, role) in user.roles.enumerated() {
            try statements.insertRole.bind(1, user.id.key)
            try statements.insertRole.bind(2, Int64(position))
            try statements.insertRole.bind(3, text: role.description)
            try statements.insertRole.run()
        }
        return .changed
    }

    private func create(_ key: APIKey) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: key.organization) else { return .refused(.missing) }
        try bind(key.id, organization, to: statements.insertAPIKey)
        try statements.insertAPIKey.bind(4, text: key.name)
        try statements.insertAPIKey.bind(5, blob: key.digest.bytes)
        try statements.insertAPIKey.bind(6, text: key.last4)
        try statements.insertAPIKey.bind(7, key.createdAt.microseconds)
        return try statements.insertAPIKey.run() == 1 ? .changed : .refused(.conflict)
    }

    private func create(_ key: ApplicationKey) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: key.organization), try hasUser(key.owner, organization) else {
            return .refused(.missing)
        }
        try bind(key.id, organization, to: statements.insertApplicationKey)
        try statements.insertApplicationKey.bind(4, text: key.name)
        try statements.insertApplicationKey.bind(5, blob: key.digest.bytes)
        try statements.insertApplicationKey.bind(6, text: key.last4)
        try statements.insertApplicationKey.bind(7, key.createdAt.microseconds)
        try statements.insertApplicationKey.bind(8, key.owner.key)
        try statements.insertApplicationKey.bind(9, key.scopes != nil)
        try statements.insertApplicationKey.bind(10, key.isRegistered)
        guard try statements.insertApplicationKey.run() == 1 else { return .refused(.conflict) }
        for (position, scope) in (key.scopes ?? []).enumerated() {
            try statements.insertScope.bind(1, key.id.key)
            try statements.insertScope.bind(2, Int64(position))
            try statements.insertScope.bind(3, text: scope)
            try statements.insertScope.run()
        }
        return .changed
    }

    private func setRegistration(
        of key: Identifier,
        in organization: Identifier,
        to isRegistered: Bool
    ) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .refused(.missing) }
        try bind(key, organization, to: statements.updateRegistration)
        try statements.updateRegistration.bind(4, isRegistered)
        if try statements.updateRegistration.run() == 1 { return .changed }
        try bind(key, organization, to: statements.applicationKeyExists)
        guard try statements.applicationKeyExists.step() else { return .refused(.missing) }
        statements.applicationKeyExists.reset()
        return .unchanged
    }

    // MARK: Connections

    private func create(_ record: ConnectionRecord, sealed: SealedSecrets?) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: record.organization), try hasUser(record.owner, organization) else {
            return .refused(.missing)
        }
        try bind(record, organization, to: statements.insertConnection)
        guard try statements.insertConnection.run() == 1 else { return .refused(.conflict) }
        if let sealed { try put(sealed, record.id) }
        return .changed
    }

    private func update(
        _ record: ConnectionRecord,
        expecting revision: Int64,
        sealed: SealedSecrets?
    ) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: record.organization), try hasUser(record.owner, organization) else {
            return .refused(.missing)
        }
        try bind(record, organization, to: statements.updateConnection)
        try statements.updateConnection.bind(9, revision)
        guard try statements.updateConnection.run() == 1 else {
            return .refused(try self.revision(of: record.id, organization) == nil ? .missing : .conflict)
        }
        if let sealed {
            try put(sealed, record.id)
        } else {
            try statements.deleteSealed.bind(1, record.id.key)
            try statements.deleteSealed.run()
        }
        return .changed
    }

    private func deleteConnection(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .refused(.missing) }
        try bind(id, organization, to: statements.deleteConnection)
        return try statements.deleteConnection.run() == 1 ? .changed : .refused(.missing)
    }

    private func rewrap(
        _ id: Identifier,
        in organization: Identifier,
        expecting revision: Int64,
        sealed: SealedSecrets
    ) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization), let stored = try self.revision(of: id, organization)
        else { return .refused(.missing) }
        guard stored == revision else { return .refused(.conflict) }
        try statements.updateSealed.bind(1, id.key)
        try statements.updateSealed.bind(2, text: sealed.masterKeyID)
        try statements.updateSealed.bind(3, blob: sealed.bytes)
        return try statements.updateSealed.run() == 1 ? .changed : .refused(.missing)
    }

    private func put(_ sealed: SealedSecrets, _ id: Identifier) throws(SQLiteError) {
        try statements.putSealed.bind(1, id.key)
        try statements.putSealed.bind(2, text: sealed.masterKeyID)
        try statements.putSealed.bind(3, blob: sealed.bytes)
        try statements.putSealed.run()
    }

    /// The revision of the connection with that id in that organisation, or `nil` if it has none.
    private func revision(of id: Identifier, _ organization: Int64) throws(SQLiteError) -> Int64? {
        try bind(id, organization, to: statements.connectionRevision)
        guard try statements.connectionRevision.step() else { return nil }
        defer { statements.connectionRevision.reset() }
        return statements.connectionRevision.integer(0)
    }

    private func hasUser(_ user: Identifier, _ organization: Int64) throws(SQLiteError) -> Bool {
        try bind(user, organization, to: statements.userExists)
        defer { statements.userExists.reset() }
        return try statements.userExists.step()
    }

    private func bind(
        _ record: ConnectionRecord,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try bind(record.id, organization, to: statement)
        try statement.bind(4, record.owner.key)
        try statement.bind(5, text: record.name)
        try statement.bind(6, text: record.integration)
        try statement.bind(7, text: record.document)
        try statement.bind(8, Int64(record.documentVersion))
    }

    /// Binds what the first three parameters of most statements are.
    private func bind(
        _ id: Identifier,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try statement.bind(1, id.key)
        try statement.bind(2, id.lowBits)
        try statement.bind(3, organization)
    }
}
