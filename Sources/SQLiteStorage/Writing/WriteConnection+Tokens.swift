import Access
import Documents
import Storage

extension WriteConnection {
    // MARK: Access tokens

    func create(_ token: AccessToken) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: token.organization), try hasUser(token.owner, organization) else {
            return .refused(.missing)
        }
        let tokens = statements.tokens
        try bind(token.id, organization, to: tokens.insertAccess)
        try tokens.insertAccess.bind(4, token.kind.number)
        try tokens.insertAccess.bind(5, token.owner.key)
        try tokens.insertAccess.bind(6, text: token.name)
        try tokens.insertAccess.bind(7, blob: token.digest.bytes)
        try tokens.insertAccess.bind(8, text: token.scopes?.lines)
        try tokens.insertAccess.bind(9, token.createdAt.microseconds)
        try tokens.insertAccess.bind(10, token.modifiedAt?.microseconds)
        try tokens.insertAccess.bind(11, token.expiresAt?.microseconds)
        return try tokens.insertAccess.run() == 1 ? .changed : .refused(.conflict)
    }

    func update(_ token: AccessToken) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: token.organization) else { return .refused(.missing) }
        let tokens = statements.tokens
        try bind(token.id, organization, to: tokens.updateAccess)
        try tokens.updateAccess.bind(4, text: token.name)
        try tokens.updateAccess.bind(5, text: token.scopes?.lines)
        try tokens.updateAccess.bind(6, token.modifiedAt?.microseconds)
        try tokens.updateAccess.bind(7, token.revision)
        guard try tokens.updateAccess.run() == 1 else {
            return .refused(try refusal(of: token.accessRevision, organization))
        }
        return .changed
    }

    // MARK: Act tokens

    func create(_ token: ActToken) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: token.organization), try hasUser(token.owner, organization),
            try hasSource(of: token, organization)
        else { return .refused(.missing) }
        let tokens = statements.tokens
        try bind(token.id, organization, to: tokens.insertAct)
        try tokens.insertAct.bind(4, token.owner.key)
        switch token.source {
        case .keys(let api, let application):
            try tokens.insertAct.bind(5, api.key)
            try tokens.insertAct.bind(6, application.key)
            try tokens.insertAct.bindNull(7)
        case .accessToken(let source):
            try tokens.insertAct.bindNull(5)
            try tokens.insertAct.bindNull(6)
            try tokens.insertAct.bind(7, source.key)
        }
        try tokens.insertAct.bind(8, text: token.name)
        try tokens.insertAct.bind(9, blob: token.digest.bytes)
        try tokens.insertAct.bind(10, text: token.limits.connections.map(\.description).lines)
        try tokens.insertAct.bind(11, text: token.limits.methods?.lines)
        try tokens.insertAct.bind(12, text: token.limits.paths?.lines)
        try tokens.insertAct.bind(13, token.limits.actsAtMost)
        try tokens.insertAct.bind(14, token.createdAt.microseconds)
        try tokens.insertAct.bind(15, token.expiresAt.microseconds)
        return try tokens.insertAct.run() == 1 ? .changed : .refused(.conflict)
    }

    private func hasSource(of token: ActToken, _ organization: Int64) throws(SQLiteError) -> Bool {
        switch token.source {
        case .keys(let api, let application):
            guard try revision(of: .apiKey, api, organization) != nil else { return false }
            return try revision(of: .applicationKey, application, organization) != nil
        case .accessToken(let source): return try revision(of: .accessToken, source, organization) != nil
        }
    }

    func countAct(by token: Identifier, in organization: Identifier) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .refused(.missing) }
        try bind(token, organization, to: statements.tokens.countAct)
        if try statements.tokens.countAct.run() == 1 { return .changed }
        try bind(token, organization, to: statements.tokens.actExists)
        return .refused(try statements.tokens.actExists.hasRow() ? .conflict : .missing)
    }

    func deleteExpiredTokens(asOf time: Timestamp) throws(SQLiteError) -> Effect {
        var deleted = 0
        try statements.tokens.deleteExpiredActs.bind(1, time.microseconds)
        deleted += try statements.tokens.deleteExpiredActs.run()
        try statements.tokens.deleteExpiredAccess.bind(1, time.microseconds)
        deleted += try statements.tokens.deleteExpiredAccess.run()
        return deleted > 0 ? .changed : .unchanged
    }
}

/// The writer's statements about tokens.
final class TokenWriteStatements {
    let insertAccess: Statement
    let updateAccess: Statement
    let deleteAccess: Statement
    let insertAct: Statement
    let deleteAct: Statement
    let countAct: Statement
    let actExists: Statement
    let deleteExpiredActs: Statement
    let deleteExpiredAccess: Statement

    init(on database: Database) throws(SQLiteError) {
        func writing(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database, for: .write)
        }
        insertAccess = try writing(
            """
            INSERT INTO access_tokens (
                key, low, organization, kind, owner, name, digest, scopes, created_at, modified_at, expires_at
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING
            """
        )
        updateAccess = try writing(
            """
            UPDATE access_tokens SET name = ?4, scopes = ?5, modified_at = ?6, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?7
            """
        )
        deleteAccess = try writing("DELETE FROM access_tokens WHERE key = ?1 AND low = ?2 AND organization = ?3")
        insertAct = try writing(
            """
            INSERT INTO act_tokens (
                key, low, organization, owner, api_key, application_key, access_token, name, digest, connections,
                methods, paths, acts_at_most, created_at, expires_at
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT DO NOTHING
            """
        )
        deleteAct = try writing("DELETE FROM act_tokens WHERE key = ?1 AND low = ?2 AND organization = ?3")
        countAct = try writing(
            """
            UPDATE act_tokens SET acts = acts + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND acts < acts_at_most
            """
        )
        actExists = try Statement(
            "SELECT 1 FROM act_tokens WHERE key = ?1 AND low = ?2 AND organization = ?3",
            on: database
        )
        deleteExpiredActs = try writing("DELETE FROM act_tokens WHERE expires_at <= ?1")
        deleteExpiredAccess = try writing("DELETE FROM access_tokens WHERE kind = 2 AND expires_at <= ?1")
    }
}
