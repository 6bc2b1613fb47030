import Access
import Documents
import Storage

extension WriteConnection {
    func create(_ organization: Organization) throws(SQLiteError) -> Effect {
        try statements.insertOrganization.bind(1, text: organization.id.description)
        try statements.insertOrganization.bind(2, text: organization.name)
        try statements.insertOrganization.bind(3, organization.createdAt.microseconds)
        return try statements.insertOrganization.run() == 1 ? .changed : .refused(.conflict)
    }

    // MARK: Users

    func create(_ user: User) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: user.organization) else { return .refused(.missing) }
        try bind(user, organization, to: statements.insertUser)
        try statements.insertUser.bind(11, user.createdAt.microseconds)
        guard try statements.insertUser.run() == 1 else {
            try statements.userKeyExists.bind(1, user.id.key)
            return .refused(try statements.userKeyExists.hasRow() ? .conflict : .duplicate)
        }
        try insertRoles(of: user)
        return .changed
    }

    func update(_ user: User) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: user.organization) else { return .refused(.missing) }
        try bind(user, organization, to: statements.updateUser)
        try statements.updateUser.bind(11, user.revision)
        guard try statements.updateUser.run() == 1 else {
            return .refused(try refusal(of: user.accessRevision, organization))
        }
        try statements.deleteRoles.bind(1, user.id.key)
        try statements.deleteRoles.run()
        try insertRoles(of: user)
        return .changed
    }

    private func bind(
        _ user: User,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try bind(user.id, organization, to: statement)
        try statement.bind(4, text: user.handle)
        try statement.bind(5, text: user.email)
        try statement.bind(6, text: user.name)
        try statement.bind(7, text: user.title)
        try statement.bind(8, user.isServiceAccount)
        try statement.bind(9, user.isDisabled)
        try statement.bind(10, user.modifiedAt.microseconds)
    }

    private func insertRoles(of user: User) throws(SQLiteError) {
        for (position, role) in user.roles.enumerated() {
            try statements.insertRole.bind(1, user.id.key)
            try statements.insertRole.bind(2, Int64(position))
            try statements.insertRole.bind(3, text: role.description)
            try statements.insertRole.run()
        }
    }

    // MARK: API keys

    func create(_ key: APIKey) throws(SQLiteError) -> Effect {
        guard
            let organization = try ordinal(of: key.organization), try hasUser(key.createdBy, organization),
            try hasUser(key.modifiedBy, organization)
        else { return .refused(.missing) }
        try bind(key, organization, to: statements.insertAPIKey)
        try statements.insertAPIKey.bind(7, key.createdAt.microseconds)
        try statements.insertAPIKey.bind(8, key.createdBy?.key)
        try statements.insertAPIKey.bind(9, blob: key.digest.bytes)
        try statements.insertAPIKey.bind(10, text: key.last4)
        return try statements.insertAPIKey.run() == 1 ? .changed : .refused(.conflict)
    }

    func update(_ key: APIKey) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: key.organization), try hasUser(key.modifiedBy, organization) else {
            return .refused(.missing)
        }
        try bind(key, organization, to: statements.updateAPIKey)
        try statements.updateAPIKey.bind(7, key.revision)
        guard try statements.updateAPIKey.run() == 1 else {
            return .refused(try refusal(of: key.accessRevision, organization))
        }
        return .changed
    }

    private func bind(
        _ key: APIKey,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try bind(key.id, organization, to: statement)
        try statement.bind(4, text: key.name)
        try statement.bind(5, key.modifiedAt.microseconds)
        try statement.bind(6, key.modifiedBy?.key)
    }

    /// Nobody is always there.
    private func hasUser(_ user: Identifier?, _ organization: Int64) throws(SQLiteError) -> Bool {
        guard let user else { return true }
        return try hasUser(user, organization)
    }

    // MARK: Application keys

    func create(_ key: ApplicationKey) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: key.organization), try hasUser(key.owner, organization) else {
            return .refused(.missing)
        }
        try bind(key, organization, to: statements.insertApplicationKey)
        try statements.insertApplicationKey.bind(6, blob: key.digest.bytes)
        try statements.insertApplicationKey.bind(7, text: key.last4)
        try statements.insertApplicationKey.bind(8, key.createdAt.microseconds)
        try statements.insertApplicationKey.bind(9, key.owner.key)
        try statements.insertApplicationKey.bind(10, key.isRegistered)
        guard try statements.insertApplicationKey.run() == 1 else { return .refused(.conflict) }
        try insertScopes(of: key)
        return .changed
    }

    func update(_ key: ApplicationKey) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: key.organization) else { return .refused(.missing) }
        try bind(key, organization, to: statements.updateApplicationKey)
        try statements.updateApplicationKey.bind(6, key.revision)
        guard try statements.updateApplicationKey.run() == 1 else {
            return .refused(try refusal(of: key.accessRevision, organization))
        }
        try statements.deleteScopes.bind(1, key.id.key)
        try statements.deleteScopes.run()
        try insertScopes(of: key)
        return .changed
    }

    func setRegistration(
        of key: Identifier,
        in organization: Identifier,
        to isRegistered: Bool
    ) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .refused(.missing) }
        try bind(key, organization, to: statements.updateRegistration)
        try statements.updateRegistration.bind(4, isRegistered)
        if try statements.updateRegistration.run() == 1 { return .changed }
        return try revision(of: .applicationKey, key, organization) == nil ? .refused(.missing) : .unchanged
    }

    private func bind(
        _ key: ApplicationKey,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try bind(key.id, organization, to: statement)
        try statement.bind(4, text: key.name)
        try statement.bind(5, key.scopes != nil)
    }

    private func insertScopes(of key: ApplicationKey) throws(SQLiteError) {
        for (position, scope) in (key.scopes ?? []).enumerated() {
            try statements.insertScope.bind(1, key.id.key)
            try statements.insertScope.bind(2, Int64(position))
            try statements.insertScope.bind(3, text: scope)
            try statements.insertScope.run()
        }
    }
}
