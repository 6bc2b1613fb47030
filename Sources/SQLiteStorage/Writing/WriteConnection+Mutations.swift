import Documents
import Storage

extension WriteConnection {
    /// Carries out one mutation. One that is refused has written nothing.
    func apply(_ mutation: Mutation) throws(SQLiteError) -> Effect {
        switch mutation {
        case .createOrganization(let organization):
            return try create(organization)
        case .createUser(let user):
            return try create(user)
        case .updateUser(let user):
            return try update(user)
        case .createRole(let role):
            return try create(role)
        case .updateRole(let role):
            return try update(role)
        case .deleteRole(let id, let organization):
            return try deleteRole(id, in: organization)
        case .createInvitation(let invitation):
            return try create(invitation)
        case .deleteInvitation(let id, let organization):
            return try delete(id, in: organization, by: statements.invitations.delete)
        case .deleteInvitations(let user, let organization):
            return try deleteInvitations(of: user, in: organization)
        case .createAPIKey(let key):
            return try create(key)
        case .updateAPIKey(let key):
            return try update(key)
        case .deleteAPIKey(let id, let organization):
            return try delete(id, in: organization, by: statements.deleteAPIKey)
        case .createApplicationKey(let key):
            return try create(key)
        case .updateApplicationKey(let key):
            return try update(key)
        case .deleteApplicationKey(let id, let organization):
            return try delete(id, in: organization, by: statements.deleteApplicationKey)
        case .createAccessToken(let token):
            return try create(token)
        case .updateAccessToken(let token):
            return try update(token)
        case .deleteAccessToken(let id, let organization):
            return try delete(id, in: organization, by: statements.tokens.deleteAccess)
        case .createActToken(let token):
            return try create(token)
        case .deleteActToken(let id, let organization):
            return try delete(id, in: organization, by: statements.tokens.deleteAct)
        case .countAct(let token, let organization):
            return try countAct(by: token, in: organization)
        case .deleteExpiredTokens(let time):
            return try deleteExpiredTokens(asOf: time)
        case .noteUse(let use):
            return try note(use)
        case .noteDelivery(let webhook, let organization, let sequence):
            return try noteDelivery(to: webhook, in: organization, sequence)
        case .setRegistration(let key, let organization, let isRegistered):
            return try setRegistration(of: key, in: organization, to: isRegistered)
        case .createDocument(let record, let sealed):
            return try create(record, sealed: sealed)
        case .updateDocument(let record, let revision, let sealed):
            return try update(record, expecting: revision, sealed: sealed)
        case .deleteDocument(let kind, let id, let organization):
            return try delete(kind, id, in: organization)
        case .setRestrictionPolicy(let policy, let connection, let organization, let revision):
            return try setPolicy(policy, of: connection, in: organization, expecting: revision)
        case .rewrapSecrets(let record):
            return try rewrap(record)
        case .issueExternalID(let externalID, let organization):
            return try issue(externalID: externalID, to: organization)
        case .bringExternalID(let externalID, let account, let organization):
            return try bring(externalID: externalID, account: account, in: organization)
        case .noteMasterKey(let id):
            return try note(masterKey: id)
        case .forgetMasterKey(let id):
            return try forget(masterKey: id)
        case .setServerKey(let key, let sealed, let masterKeyID):
            return try set(key, sealed, replacingOneUnder: masterKeyID)
        }
    }

    /// Runs a statement whose three parameters name a record to delete.
    func delete(
        _ id: Identifier,
        in organization: Identifier,
        by statement: borrowing Statement
    ) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .refused(.missing) }
        try bind(id, organization, to: statement)
        return try statement.run() == 1 ? .changed : .refused(.missing)
    }

    func hasUser(_ user: Identifier, _ organization: Int64) throws(SQLiteError) -> Bool {
        try bind(user, organization, to: statements.userExists)
        return try statements.userExists.hasRow()
    }

    /// Binds what the first three parameters of most statements are.
    func bind(
        _ id: Identifier,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try statement.bind(1, id.key)
        try statement.bind(2, id.lowBits)
        try statement.bind(3, organization)
    }
}
