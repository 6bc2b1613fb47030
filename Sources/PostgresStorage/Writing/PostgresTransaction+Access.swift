import Access
import Documents
import Storage

extension PostgresTransaction {
    func create(_ organization: Organization) throws(PostgresError) -> Effect {
        later(Self.numbering)
        let inserted = try ask(
            """
            INSERT INTO organizations (ordinal, id, name, created_at)
            SELECT coalesce(max(ordinal), 0) + 1, $1, $2, $3 FROM organizations
            ON CONFLICT DO NOTHING RETURNING ordinal
            """,
            .text(organization.id.description),
            .text(organization.name),
            .integer(organization.createdAt.microseconds)
        )
        guard let ordinal = inserted.first?.integer(0) else { return .refused(.conflict) }
        ordinals[organization.id] = ordinal
        return .changed
    }

    /// Held by a transaction that gives an organisation its number: "KeyW", 2.
    static let numbering = SQLQuery("SELECT pg_advisory_xact_lock(x'4b657957'::int4, 2)")

    // MARK: Users

    func create(_ user: User) throws(PostgresError) -> Effect {
        guard let organization = ordinals[user.organization] else { return .refused(.missing) }
        let inserted = try ask(
            """
            INSERT INTO users (
                key, low, organization, handle, email, name, title, is_service_account, is_disabled, modified_at,
                created_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING
            """,
            .integer(user.id.key),
            .integer(user.id.lowBits),
            .integer(organization),
            .text(user.handle),
            .text(user.email),
            .optionalText(user.name),
            .optionalText(user.title),
            .flag(user.isServiceAccount),
            .flag(user.isDisabled),
            .integer(user.modifiedAt.microseconds),
            .integer(user.createdAt.microseconds)
        )
        guard inserted.affected == 1 else {
            return .refused(try isTaken("users", user.id) ? .conflict : .duplicate)
        }
        knownUsers.insert(user.id)
        insertRoles(of: user)
        return .changed
    }

    func update(_ user: User) throws(PostgresError) -> Effect {
        guard let organization = ordinals[user.organization] else { return .refused(.missing) }
        let updated = try ask(
            """
            UPDATE users
            SET handle = $4, email = $5, name = $6, title = $7, is_service_account = $8, is_disabled = $9,
                modified_at = $10, revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND revision = $11
                AND NOT EXISTS (SELECT 1 FROM users o WHERE o.organization = $3 AND o.handle = $4 AND o.key <> $1)
            """,
            .integer(user.id.key),
            .integer(user.id.lowBits),
            .integer(organization),
            .text(user.handle),
            .text(user.email),
            .optionalText(user.name),
            .optionalText(user.title),
            .flag(user.isServiceAccount),
            .flag(user.isDisabled),
            .integer(user.modifiedAt.microseconds),
            .integer(user.revision)
        )
        guard updated.affected == 1 else { return .refused(try refusal(of: user.accessRevision)) }
        later("DELETE FROM user_roles WHERE \"user\" = $1", .integer(user.id.key))
        insertRoles(of: user)
        return .changed
    }

    private func insertRoles(of user: User) {
        guard !user.roles.isEmpty else { return }
        later(
            """
            INSERT INTO user_roles ("user", position, role)
            SELECT $1, r.position - 1, r.role FROM unnest($2::text[]) WITH ORDINALITY AS r (role, position)
            """,
            .integer(user.id.key),
            .texts(user.roles.map(\.description))
        )
    }

    // MARK: Roles

    func create(_ role: OwnRole) throws(PostgresError) -> Effect {
        guard let organization = ordinals[role.organization] else { return .refused(.missing) }
        let inserted = try ask(
            """
            INSERT INTO roles (
                key, low, organization, name, permissions, source, source_permissions, modified_at, created_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
            """,
            .integer(role.id.key),
            .integer(role.id.lowBits),
            .integer(organization),
            .text(role.name),
            .text(role.given.names),
            .optionalText(role.source?.role.description),
            .optionalText(role.source?.known.names),
            .integer(role.modifiedAt.microseconds),
            .integer(role.createdAt.microseconds)
        )
        if inserted.affected == 1 { return .changed }
        return .refused(try isTaken("roles", role.id) ? .conflict : .duplicate)
    }

    func update(_ role: OwnRole) throws(PostgresError) -> Effect {
        guard let organization = ordinals[role.organization] else { return .refused(.missing) }
        let updated = try ask(
            """
            UPDATE roles
            SET name = $4, permissions = $5, source = $6, source_permissions = $7, modified_at = $8,
                revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND revision = $9
                AND NOT EXISTS (SELECT 1 FROM roles o WHERE o.organization = $3 AND o.name = $4 AND o.key <> $1)
            """,
            .integer(role.id.key),
            .integer(role.id.lowBits),
            .integer(organization),
            .text(role.name),
            .text(role.given.names),
            .optionalText(role.source?.role.description),
            .optionalText(role.source?.known.names),
            .integer(role.modifiedAt.microseconds),
            .integer(role.revision)
        )
        if updated.affected == 1 { return .changed }
        return .refused(try refusal(of: role.accessRevision))
    }

    func deleteRole(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> Effect {
        guard case .changed = try delete("roles", id, in: organization) else { return .refused(.missing) }
        // No role has the id of one of another organisation, so what names it is of this one.
        let role = SQLValue.text(id.description)
        later(
            "UPDATE users SET revision = revision + 1 WHERE key IN (SELECT \"user\" FROM user_roles WHERE role = $1)",
            role
        )
        later("DELETE FROM user_roles WHERE role = $1", role)
        let name = SQLValue.text(RestrictionPolicy.Subject.role(id).description)
        // Both look at policies that name somebody else too.
        later(
            """
            UPDATE connections SET revision = revision + 1 WHERE key IN (
                SELECT b.connection FROM restriction_bindings b WHERE b.principal = $1 AND EXISTS (
                    SELECT 1 FROM restriction_bindings o WHERE o.connection = b.connection AND o.principal <> $1
                )
            )
            """,
            name
        )
        later(
            """
            DELETE FROM restriction_bindings b WHERE b.principal = $1 AND EXISTS (
                SELECT 1 FROM restriction_bindings o WHERE o.connection = b.connection AND o.principal <> $1
            )
            """,
            name
        )
        return .changed
    }

    // MARK: Invitations

    func create(_ invitation: UserInvitation) throws(PostgresError) -> Effect {
        guard let organization = ordinals[invitation.organization], try hasUser(invitation.user, organization) else {
            return .refused(.missing)
        }
        let inserted = try ask(
            """
            INSERT INTO user_invitations (key, low, organization, "user", digest, permissions, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """,
            .integer(invitation.id.key),
            .integer(invitation.id.lowBits),
            .integer(organization),
            .integer(invitation.user.key),
            .bytes(invitation.digest.bytes),
            .text(invitation.permissions.names),
            .integer(invitation.createdAt.microseconds)
        )
        return inserted.affected == 1 ? .changed : .refused(.conflict)
    }

    func deleteInvitations(of user: Identifier, in organization: Identifier) throws(PostgresError) -> Effect {
        guard let organization = ordinals[organization], try hasUser(user, organization) else {
            return .refused(.missing)
        }
        let deleted = try ask("DELETE FROM user_invitations WHERE \"user\" = $1", .integer(user.key))
        return deleted.affected > 0 ? .changed : .unchanged
    }

    // MARK: API keys

    func create(_ key: APIKey) throws(PostgresError) -> Effect {
        guard let organization = ordinals[key.organization], try hasUser(key.createdBy, organization),
            try hasUser(key.modifiedBy, organization)
        else { return .refused(.missing) }
        let inserted = try ask(
            """
            INSERT INTO api_keys (
                key, low, organization, name, modified_at, modified_by, created_at, created_by, digest, last4
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """,
            .integer(key.id.key),
            .integer(key.id.lowBits),
            .integer(organization),
            .text(key.name),
            .integer(key.modifiedAt.microseconds),
            .optionalInteger(key.modifiedBy?.key),
            .integer(key.createdAt.microseconds),
            .optionalInteger(key.createdBy?.key),
            .bytes(key.digest.bytes),
            .text(key.last4)
        )
        return inserted.affected == 1 ? .changed : .refused(.conflict)
    }

    func update(_ key: APIKey) throws(PostgresError) -> Effect {
        guard let organization = ordinals[key.organization], try hasUser(key.modifiedBy, organization) else {
            return .refused(.missing)
        }
        let updated = try ask(
            """
            UPDATE api_keys SET name = $4, modified_at = $5, modified_by = $6, revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND revision = $7
            """,
            .integer(key.id.key),
            .integer(key.id.lowBits),
            .integer(organization),
            .text(key.name),
            .integer(key.modifiedAt.microseconds),
            .optionalInteger(key.modifiedBy?.key),
            .integer(key.revision)
        )
        return updated.affected == 1 ? .changed : .refused(try refusal(of: key.accessRevision))
    }

    func deleteAPIKey(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> Effect {
        let effect = try delete("api_keys", id, in: organization)
        if case .changed = effect { later("DELETE FROM act_tokens WHERE api_key = $1", .integer(id.key)) }
        return effect
    }

    // MARK: Application keys

    func create(_ key: ApplicationKey) throws(PostgresError) -> Effect {
        guard let organization = ordinals[key.organization], try hasUser(key.owner, organization) else {
            return .refused(.missing)
        }
        let inserted = try ask(
            """
            INSERT INTO application_keys (
                key, low, organization, name, is_scoped, digest, last4, created_at, owner, is_registered
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """,
            .integer(key.id.key),
            .integer(key.id.lowBits),
            .integer(organization),
            .text(key.name),
            .flag(key.scopes != nil),
            .bytes(key.digest.bytes),
            .text(key.last4),
            .integer(key.createdAt.microseconds),
            .integer(key.owner.key),
            .flag(key.isRegistered)
        )
        guard inserted.affected == 1 else { return .refused(.conflict) }
        insertScopes(of: key)
        return .changed
    }

    func update(_ key: ApplicationKey) throws(PostgresError) -> Effect {
        guard let organization = ordinals[key.organization] else { return .refused(.missing) }
        let updated = try ask(
            """
            UPDATE application_keys SET name = $4, is_scoped = $5, revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND revision = $6
            """,
            .integer(key.id.key),
            .integer(key.id.lowBits),
            .integer(organization),
            .text(key.name),
            .flag(key.scopes != nil),
            .integer(key.revision)
        )
        guard updated.affected == 1 else { return .refused(try refusal(of: key.accessRevision)) }
        later("DELETE FROM application_key_scopes WHERE application_key = $1", .integer(key.id.key))
        insertScopes(of: key)
        return .changed
    }

    private func insertScopes(of key: ApplicationKey) {
        guard let scopes = key.scopes, !scopes.isEmpty else { return }
        later(
            """
            INSERT INTO application_key_scopes (application_key, position, scope)
            SELECT $1, s.position - 1, s.scope FROM unnest($2::text[]) WITH ORDINALITY AS s (scope, position)
            """,
            .integer(key.id.key),
            .texts(scopes)
        )
    }

    func deleteApplicationKey(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> Effect {
        let effect = try delete("application_keys", id, in: organization)
        if case .changed = effect {
            later("DELETE FROM application_key_scopes WHERE application_key = $1", .integer(id.key))
            later("DELETE FROM act_tokens WHERE application_key = $1", .integer(id.key))
        }
        return effect
    }

    func setRegistration(
        of key: Identifier,
        in organization: Identifier,
        to isRegistered: Bool
    ) throws(PostgresError) -> Effect {
        guard let organization = ordinals[organization] else { return .refused(.missing) }
        let updated = try ask(
            """
            UPDATE application_keys SET is_registered = $4, revision = revision + 1
            WHERE key = $1 AND low = $2 AND organization = $3 AND is_registered <> $4
            """,
            .integer(key.key),
            .integer(key.lowBits),
            .integer(organization),
            .flag(isRegistered)
        )
        if updated.affected == 1 { return .changed }
        return try exists("application_keys", key, organization) ? .unchanged : .refused(.missing)
    }

    // MARK: Last uses

    func note(_ use: LastUse) throws(PostgresError) -> Effect {
        let (table, column) =
            switch use.subject {
            case .apiKey: ("api_keys", "last_used_at")
            case .applicationKey: ("application_keys", "last_used_at")
            case .accessToken: ("access_tokens", "last_used_at")
            case .user: ("users", "last_login_at")
            case .connection: (DocumentKind.connection.table.name, "last_used_at")
            }
        return try raise(column, of: table, use.id, use.organization, to: use.time.microseconds)
    }

    /// Raises a number of a record to a value, unless it is as high already or there is no such record.
    func raise(
        _ column: String,
        of table: String,
        _ id: Identifier,
        _ organization: Identifier,
        to value: Int64
    ) throws(PostgresError) -> Effect {
        guard let organization = ordinals[organization] else { return .unchanged }
        let updated = try ask(
            """
            UPDATE \(table) SET \(column) = $4
            WHERE key = $1 AND low = $2 AND organization = $3 AND (\(column) IS NULL OR \(column) < $4)
            """,
            .integer(id.key),
            .integer(id.lowBits),
            .integer(organization),
            .integer(value)
        )
        return updated.affected == 1 ? .changed : .unchanged
    }
}
