import Access
import Documents
import Secrets
import Storage

extension PostgresTransaction {
    /// Carries out one mutation. One that is refused has written nothing.
    func apply(_ mutation: Mutation) throws(PostgresError) -> Effect {
        switch mutation {
        case .createOrganization(let organization): try create(organization)
        case .createUser(let user): try create(user)
        case .updateUser(let user): try update(user)
        case .createRole(let role): try create(role)
        case .updateRole(let role): try update(role)
        case .deleteRole(let id, let organization): try deleteRole(id, in: organization)
        case .createInvitation(let invitation): try create(invitation)
        case .deleteInvitation(let id, let organization): try delete("user_invitations", id, in: organization)
        case .deleteInvitations(let user, let organization): try deleteInvitations(of: user, in: organization)
        case .createAPIKey(let key): try create(key)
        case .updateAPIKey(let key): try update(key)
        case .deleteAPIKey(let id, let organization): try deleteAPIKey(id, in: organization)
        case .createApplicationKey(let key): try create(key)
        case .updateApplicationKey(let key): try update(key)
        case .deleteApplicationKey(let id, let organization): try deleteApplicationKey(id, in: organization)
        case .createAccessToken(let token): try create(token)
        case .updateAccessToken(let token): try update(token)
        case .deleteAccessToken(let id, let organization): try deleteAccessToken(id, in: organization)
        case .createActToken(let token): try create(token)
        case .deleteActToken(let id, let organization): try delete("act_tokens", id, in: organization)
        case .countAct(let token, let organization): try countAct(by: token, in: organization)
        case .deleteExpiredTokens(let time): try deleteExpiredTokens(asOf: time)
        case .noteUse(let use): try note(use)
        case .noteDelivery(let webhook, let organization, let sequence):
            try raise("delivered", of: DocumentKind.auditWebhook.table.name, webhook, organization, to: sequence)
        case .setRegistration(let key, let organization, let isRegistered):
            try setRegistration(of: key, in: organization, to: isRegistered)
        case .createDocument(let record, let sealed): try create(record, sealed: sealed)
        case .updateDocument(let record, let revision, let sealed):
            try update(record, expecting: revision, sealed: sealed)
        case .deleteDocument(let kind, let id, let organization): try delete(kind, id, in: organization)
        case .setRestrictionPolicy(let policy, let connection, let organization, let revision):
            try setPolicy(policy, of: connection, in: organization, expecting: revision)
        case .rewrapSecrets(let record): try rewrap(record)
        case .issueExternalID(let externalID, let organization): try issue(externalID: externalID, to: organization)
        case .bringExternalID(let externalID, let account, let organization):
            try bring(externalID: externalID, account: account, in: organization)
        case .noteMasterKey(let id): try note(masterKey: id)
        case .forgetMasterKey(let id): try forget(masterKey: id)
        case .setServerKey(let key, let sealed, let masterKeyID):
            try set(key, sealed, replacingOneUnder: masterKeyID)
        }
    }

    // MARK: Common parts

    /// Deletes a record.
    func delete(_ table: String, _ id: Identifier, in organization: Identifier) throws(PostgresError) -> Effect {
        guard let ordinal = ordinals[organization] else { return .refused(.missing) }
        let deleted = try ask(
            "DELETE FROM \(table) WHERE key = $1 AND low = $2 AND organization = $3",
            .integer(id.key),
            .integer(id.lowBits),
            .integer(ordinal)
        )
        return deleted.affected == 1 ? .changed : .refused(.missing)
    }

    func hasUser(_ user: Identifier, _ organization: Int64) throws(PostgresError) -> Bool {
        if knownUsers.contains(user) { return true }
        guard try exists("users", user, organization) else { return false }
        knownUsers.insert(user)
        return true
    }

    /// Nobody is always there.
    func hasUser(_ user: Identifier?, _ organization: Int64) throws(PostgresError) -> Bool {
        guard let user else { return true }
        return try hasUser(user, organization)
    }

    func exists(_ table: String, _ id: Identifier, _ organization: Int64) throws(PostgresError) -> Bool {
        let found = try ask(
            "SELECT 1 FROM \(table) WHERE key = $1 AND low = $2 AND organization = $3",
            .integer(id.key),
            .integer(id.lowBits),
            .integer(organization)
        )
        return found.first != nil
    }

    /// Whether there is a row of that key, in whatever organisation.
    func isTaken(_ table: String, _ id: Identifier) throws(PostgresError) -> Bool {
        try ask("SELECT 1 FROM \(table) WHERE key = $1", .integer(id.key)).first != nil
    }

    /// The revision of a record of that organisation, or `nil` if it has none.
    func revision(in table: String, _ id: Identifier, _ organization: Int64) throws(PostgresError) -> Int64? {
        let found = try ask(
            "SELECT revision FROM \(table) WHERE key = $1 AND low = $2 AND organization = $3",
            .integer(id.key),
            .integer(id.lowBits),
            .integer(organization)
        )
        return found.first?.integer(0)
    }

    func revision(of record: AccessRevision) throws(PostgresError) -> Int64? {
        guard let organization = ordinals[record.organization] else { return nil }
        return try revision(in: record.kind.table, record.id, organization)
    }

    /// The outcome of an update that found no row of that revision, or whose name was in the way.
    func refusal(of record: AccessRevision) throws(PostgresError) -> CommitOutcome {
        switch try revision(of: record) {
        case nil: .missing
        case record.revision: .duplicate
        default: .conflict
        }
    }

    // MARK: Requirements

    /// Whether a requirement holds at this moment of the transaction.
    func holds(_ requirement: Requirement) throws(PostgresError) -> Bool {
        switch requirement {
        case .unchanged(let record):
            return try revision(of: record) == record.revision
        case .unchangedDocument(let kind, let id, let organization, let revision):
            guard let organization = ordinals[organization] else { return false }
            return try self.revision(in: kind.table.name, id, organization) == revision
        case .noOrganization:
            // Whoever else creates one meanwhile is waited for.
            later(Self.numbering)
            return try ask("SELECT 1 FROM organizations LIMIT 1").first == nil
        case .enabledUser(let role, let organization):
            guard let organization = ordinals[organization] else { return false }
            let found = try ask(
                """
                SELECT 1 FROM users u JOIN user_roles r ON r."user" = u.key
                WHERE u.organization = $1 AND u.is_disabled = 0 AND r.role = $2 LIMIT 1
                """,
                .integer(organization),
                .text(role.description)
            )
            return found.first != nil
        case .atMost(let limit, let limited):
            return try count(of: limited) <= Int64(limit)
        }
    }

    private func count(of limited: Requirement.Limited) throws(PostgresError) -> Int64 {
        switch limited {
        case .apiKeys(let organization): try count("api_keys", in: organization)
        case .applicationKeys(let owner, let organization):
            try count("application_keys", in: organization, " AND owner = $2", .integer(owner.key))
        case .accessTokens(let owner, let organization):
            try count("access_tokens", in: organization, " AND owner = $2 AND kind <> 2", .integer(owner.key))
        case .ownRoles(let organization): try count("roles", in: organization)
        }
    }

    private func count(
        _ table: String,
        in organization: Identifier,
        _ condition: String = "",
        _ parameters: SQLValue...
    ) throws(PostgresError) -> Int64 {
        guard let organization = ordinals[organization] else { return 0 }
        let query = SQLQuery(
            "SELECT count(*) FROM \(table) WHERE organization = $1\(condition)",
            parameters: [.integer(organization)] + parameters
        )
        return try ask(query).first?.integer(0) ?? 0
    }
}

extension AccessRevision.Kind {
    fileprivate var table: String {
        switch self {
        case .user: "users"
        case .ownRole: "roles"
        case .apiKey: "api_keys"
        case .applicationKey: "application_keys"
        case .accessToken: "access_tokens"
        }
    }
}
