import Access
import Documents
import Storage

extension PostgresTransaction {
    // MARK: Access tokens

    func create(_ token: AccessToken) throws(PostgresError) -> Effect {
        guard let organization = ordinals[token.organization], try hasUser(token.owner, organization) else {
            return .refused(.missing)
        }
        let inserted = try ask(
            """
            INSERT INTO access_tokens (
                key, low, organization, kind, owner, name, digest, scopes, created_at, modified_at, expires_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING
            """,
            .integer(token.id.key),
            .integer(token.id.lowBits),
            .integer(organization),
            .integer(token.kind.number),
            .integer(token.owner.key),
            .text(token.name),
            .bytes(token.digest.bytes),
            .optionalText(token.scopes?.lines),
            .integer(token.createdAt.microseconds),
            .optionalInteger(token.modifiedAt?.microseconds),
            .optionalInteger(token.expiresAt?.microseconds)
        )
        return inserted.affected == 1 ? .changed : .refused(.conflict)
    }

    func update(_ token: AccessToken) throws(PostgresError) -> Effect {
        guard let organization = ordinals[token.organization] else { return .refused(.missing) }
        let updated = try ask(
            """
            UPDATE access_tokens SET name = $4, scopes = $5, modified_at = $6, revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND revision = $7
            """,
            .integer(token.id.key),
            .integer(token.id.lowBits),
            .integer(organization),
            .text(token.name),
            .optionalText(token.scopes?.lines),
            .optionalInteger(token.modifiedAt?.microseconds),
            .integer(token.revision)
        )
        return updated.affected == 1 ? .changed : .refused(try refusal(of: token.accessRevision))
    }

    func deleteAccessToken(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> Effect {
        let effect = try delete("access_tokens", id, in: organization)
        if case .changed = effect { later("DELETE FROM act_tokens WHERE access_token = $1", .integer(id.key)) }
        return effect
    }

    // MARK: Act tokens

    func create(_ token: ActToken) throws(PostgresError) -> Effect {
        guard let organization = ordinals[token.organization], try hasUser(token.owner, organization),
            try hasSource(of: token, organization)
        else { return .refused(.missing) }
        let (api, application, access): (Int64?, Int64?, Int64?) =
            switch token.source {
            case .keys(let api, let application): (api.key, application.key, nil)
            case .accessToken(let source): (nil, nil, source.key)
            }
        let inserted = try ask(
            """
            INSERT INTO act_tokens (
                key, low, organization, owner, api_key, application_key, access_token, name, digest, connections,
                methods, paths, acts_at_most, created_at, expires_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING
            """,
            .integer(token.id.key),
            .integer(token.id.lowBits),
            .integer(organization),
            .integer(token.owner.key),
            .optionalInteger(api),
            .optionalInteger(application),
            .optionalInteger(access),
            .optionalText(token.name),
            .bytes(token.digest.bytes),
            .text(token.limits.connections.map(\.description).lines),
            .optionalText(token.limits.methods?.lines),
            .optionalText(token.limits.paths?.lines),
            .optionalInteger(token.limits.actsAtMost),
            .integer(token.createdAt.microseconds),
            .integer(token.expiresAt.microseconds)
        )
        return inserted.affected == 1 ? .changed : .refused(.conflict)
    }

    private func hasSource(of token: ActToken, _ organization: Int64) throws(PostgresError) -> Bool {
        switch token.source {
        case .keys(let api, let application):
            guard try exists("api_keys", api, organization) else { return false }
            return try exists("application_keys", application, organization)
        case .accessToken(let source): return try exists("access_tokens", source, organization)
        }
    }

    func countAct(by token: Identifier, in organization: Identifier) throws(PostgresError) -> Effect {
        guard let organization = ordinals[organization] else { return .refused(.missing) }
        let updated = try ask(
            """
            UPDATE act_tokens SET acts = acts + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND acts < acts_at_most
            """,
            .integer(token.key),
            .integer(token.lowBits),
            .integer(organization)
        )
        if updated.affected == 1 { return .changed }
        return .refused(try exists("act_tokens", token, organization) ? .conflict : .missing)
    }

    /// Those that another transaction is at are left for the next time: it is of all organisations, and waits for none.
    func deleteExpiredTokens(asOf time: Timestamp) throws(PostgresError) -> Effect {
        let time = SQLValue.integer(time.microseconds)
        let deleted = try ask(all: [
            SQLQuery(
                """
                DELETE FROM act_tokens WHERE key IN (
                    SELECT key FROM act_tokens WHERE expires_at <= $1 FOR UPDATE SKIP LOCKED
                )
                """,
                time
            ),
            SQLQuery(
                """
                WITH expired AS (
                    DELETE FROM access_tokens WHERE key IN (
                        SELECT key FROM access_tokens WHERE kind = 2 AND expires_at <= $1 FOR UPDATE SKIP LOCKED
                    ) RETURNING key
                ), acts AS (
                    DELETE FROM act_tokens WHERE access_token IN (SELECT key FROM expired)
                )
                SELECT key FROM expired
                """,
                time
            ),
        ])
        return deleted.contains { $0.affected > 0 } ? .changed : .unchanged
    }
}
