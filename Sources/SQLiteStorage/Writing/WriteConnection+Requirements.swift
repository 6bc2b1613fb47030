import Access
import Documents
import Storage

extension WriteConnection {
    /// Whether a requirement holds at this moment of the transaction.
    func holds(_ requirement: Requirement) throws(SQLiteError) -> Bool {
        switch requirement {
        case .unchanged(let record):
            guard let organization = try ordinal(of: record.organization) else { return false }
            return try revision(of: record.kind, record.id, organization) == record.revision
        case .unchangedDocument(let kind, let id, let organization, let revision):
            guard let organization = try ordinal(of: organization) else { return false }
            return try self.revision(of: kind, id, organization) == revision
        case .noOrganization:
            return try !statements.requirements.anyOrganization.hasRow()
        case .enabledUser(let role, let organization):
            guard let organization = try ordinal(of: organization) else { return false }
            let statement = statements.requirements
            try statement.enabledUser.bind(1, organization)
            try statement.enabledUser.bind(2, text: role.description)
            return try statement.enabledUser.hasRow()
        case .atMost(let limit, let limited):
            return try count(of: limited) <= Int64(limit)
        }
    }

    /// The revision of that record in that organisation, or `nil` if it has none.
    func revision(
        of kind: AccessRevision.Kind,
        _ id: Identifier,
        _ organization: Int64
    ) throws(SQLiteError) -> Int64? {
        let revisions = statements.requirements
        switch kind {
        case .user: return try revision(id, organization, by: revisions.user)
        case .ownRole: return try revision(id, organization, by: revisions.ownRole)
        case .apiKey: return try revision(id, organization, by: revisions.apiKey)
        case .applicationKey: return try revision(id, organization, by: revisions.applicationKey)
        case .accessToken: return try revision(id, organization, by: revisions.accessToken)
        }
    }

    /// Runs a statement whose three parameters name a record, and whose row is its revision.
    func revision(
        _ id: Identifier,
        _ organization: Int64,
        by statement: borrowing Statement
    ) throws(SQLiteError) -> Int64? {
        try bind(id, organization, to: statement)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.integer(0)
    }

    /// The outcome of an update that found no row of that revision, or whose name was in the way.
    func refusal(of record: AccessRevision, _ organization: Int64) throws(SQLiteError) -> CommitOutcome {
        switch try revision(of: record.kind, record.id, organization) {
        case nil: .missing
        case record.revision: .duplicate
        default: .conflict
        }
    }

    private func count(of limited: Requirement.Limited) throws(SQLiteError) -> Int64 {
        let counts = statements.requirements
        switch limited {
        case .apiKeys(let organization):
            return try count(in: organization, by: counts.apiKeys)
        case .applicationKeys(let owner, let organization):
            try counts.applicationKeys.bind(2, owner.key)
            return try count(in: organization, by: counts.applicationKeys)
        case .accessTokens(let owner, let organization):
            try counts.accessTokens.bind(2, owner.key)
            return try count(in: organization, by: counts.accessTokens)
        case .ownRoles(let organization):
            return try count(in: organization, by: counts.ownRoles)
        }
    }

    private func count(in organization: Identifier, by statement: borrowing Statement) throws(SQLiteError) -> Int64 {
        guard let organization = try ordinal(of: organization) else { return 0 }
        try statement.bind(1, organization)
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        return statement.integer(0)
    }
}

/// The writer's statements about what changes require.
final class RequirementStatements {
    let user: Statement
    let ownRole: Statement
    let apiKey: Statement
    let applicationKey: Statement
    let accessToken: Statement
    let anyOrganization: Statement
    let enabledUser: Statement
    let apiKeys: Statement
    let applicationKeys: Statement
    let accessTokens: Statement
    let ownRoles: Statement

    init(on database: Database) throws(SQLiteError) {
        func revision(in table: String) throws(SQLiteError) -> Statement {
            try Statement(
                "SELECT revision FROM \(table) WHERE key = ?1 AND low = ?2 AND organization = ?3",
                on: database
            )
        }
        user = try revision(in: "users")
        ownRole = try revision(in: "roles")
        apiKey = try revision(in: "api_keys")
        applicationKey = try revision(in: "application_keys")
        accessToken = try revision(in: "access_tokens")
        anyOrganization = try Statement("SELECT 1 FROM organizations LIMIT 1", on: database)
        enabledUser = try Statement(
            """
            SELECT 1 FROM users u JOIN user_roles r ON r.user = u.key
            WHERE u.organization = ?1 AND NOT u.is_disabled AND r.role = ?2 LIMIT 1
            """,
            on: database
        )
        apiKeys = try Statement("SELECT count(*) FROM api_keys WHERE organization = ?1", on: database)
        applicationKeys = try Statement(
            "SELECT count(*) FROM application_keys WHERE organization = ?1 AND owner = ?2",
            on: database
        )
        accessTokens = try Statement(
            "SELECT count(*) FROM access_tokens WHERE organization = ?1 AND owner = ?2 AND kind <> 2",
            on: database
        )
        ownRoles = try Statement("SELECT count(*) FROM roles WHERE organization = ?1", on: database)
    }
}
