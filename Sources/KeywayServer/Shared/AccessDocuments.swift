import ActService
import Access
import Documents

// How keys, users and roles stand in answers.
extension APIKey {
    /// The key as it is answered, with its last use.
    func json(_ uses: KeyUses) -> JSONValue {
        json(lastUse: .init("date_last_used", .time(uses.latest(of: id, stored: lastUsedAt))))
    }

    /// The key as it is answered to who creates it, with its text, for nobody has it later.
    func json(showing key: String) -> JSONValue {
        json(key: key)
    }

    private func json(key: String? = nil, lastUse: JSONValue.Member? = nil) -> JSONValue {
        var attributes: [JSONValue.Member] = [.init("created_at", .string(createdAt.offsetText))]
        if let key { attributes.append(.init("key", .string(key))) }
        attributes += [
            .init("last4", .string(last4)),
            .init("modified_at", .string(modifiedAt.offsetText)),
            .init("name", .string(name)),
            .init("category", "default"),
            .init("remote_config_read_enabled", true),
        ]
        if let lastUse { attributes.append(lastUse) }
        // The first key of an organisation was made by nobody who is a user.
        var relationships: [JSONValue.Member] = []
        if let createdBy { relationships.append(.init("created_by", .reference(to: createdBy, "users"))) }
        if let modifiedBy { relationships.append(.init("modified_by", .reference(to: modifiedBy, "users"))) }
        return [
            "type": "api_keys",
            "id": .string(id.description),
            "attributes": .object(attributes),
            "relationships": .object(relationships),
        ]
    }
}

extension ApplicationKey {
    /// The key as it is answered, with its last use.
    func json(_ uses: KeyUses) -> JSONValue {
        json(lastUse: .init("last_used_at", .time(uses.latest(of: id, stored: lastUsedAt))))
    }

    /// The key as it is answered to who creates it, with its text, for nobody has it later.
    func json(showing key: String) -> JSONValue {
        json(key: key)
    }

    private func json(key: String? = nil, lastUse: JSONValue.Member? = nil) -> JSONValue {
        var attributes: [JSONValue.Member] = [
            .init("name", .string(name)),
            .init("created_at", .string(createdAt.offsetText)),
            .init("last4", .string(last4)),
        ]
        if let key { attributes.append(.init("key", .string(key))) }
        attributes.append(.init("scopes", scopes.map { .array($0.map { .string($0) }) } ?? .null))
        if let lastUse { attributes.append(lastUse) }
        return [
            "type": "application_keys",
            "id": .string(id.description),
            "attributes": .object(attributes),
            "relationships": ["owned_by": .reference(to: owner, "users")],
        ]
    }
}

extension User {
    /// The user as they are answered, with the last use of a key of theirs.
    func json(_ uses: KeyUses) -> JSONValue {
        [
            "type": "users",
            "id": .string(id.description),
            "attributes": [
                "uuid": .string(id.description),
                "name": name.map { .string($0) } ?? .null,
                "handle": .string(handle),
                "created_at": .string(createdAt.offsetText),
                "modified_at": .string(modifiedAt.offsetText),
                "email": .string(email),
                "icon": "",
                "title": title.map { .string($0) } ?? .null,
                // Nobody is invited and has to accept: who is created is there.
                "verified": true,
                "service_account": .boolean(isServiceAccount),
                "disabled": .boolean(isDisabled),
                "allowed_login_methods": [],
                "status": isDisabled ? "Disabled" : "Active",
                // Keys have no second factor.
                "mfa_enabled": false,
                "last_login_time": .time(uses.latest(of: id, stored: lastLoginAt)),
            ],
            "relationships": [
                "roles": .references(to: roles, "roles"),
                "org": .reference(to: organization, "orgs"),
            ],
        ]
    }
}

extension Organization {
    var json: JSONValue {
        [
            "type": "orgs",
            "id": .string(id.description),
            "attributes": ["name": .string(name), "created_at": .string(createdAt.offsetText)],
        ]
    }
}

extension Role {
    /// The role as it is answered to an organisation that was created then, with the number of users who have it.
    func json(since time: Timestamp, userCount: Int? = nil) -> JSONValue {
        var attributes: [JSONValue.Member] = [
            .init("name", .string(name)),
            .init("managed", .boolean(own == nil)),
            .init("created_at", .string((own?.createdAt ?? time).offsetText)),
            .init("modified_at", .string((own?.modifiedAt ?? time).offsetText)),
        ]
        if let own {
            let source = own.source.flatMap { Role.shipped($0.role) }
            attributes.append(
                .init("receives_permissions_from", .array([source].compactMap { $0.map { .string($0.name) } }))
            )
        }
        if let userCount { attributes.append(.init("user_count", .integer(Int64(userCount)))) }
        return [
            "type": "roles",
            "id": .string(id.description),
            "attributes": .object(attributes),
            "relationships": ["permissions": .references(to: permissions.members.map(\.id), "permissions")],
        ]
    }
}

extension Permission {
    /// The permission as it is answered to an organisation that was created then.
    func json(since time: Timestamp) -> JSONValue {
        [
            "type": "permissions",
            "id": .string(id.description),
            "attributes": [
                "name": .string(rawValue),
                "display_name": .string(facts.displayName),
                "description": .string("\(facts.help)."),
                "created": .string(time.offsetText),
                "group_name": .string(facts.group),
                "display_type": .string(facts.kind.rawValue),
                // None is bound to a part of the data.
                "restricted": false,
            ],
        ]
    }
}

extension JSONValue {
    /// `null` for never.
    fileprivate static func time(_ time: Timestamp?) -> JSONValue {
        time.map { .string($0.offsetText) } ?? .null
    }

    fileprivate static func reference(to id: Identifier, _ type: String) -> JSONValue {
        ["data": ["type": .string(type), "id": .string(id.description)]]
    }

    fileprivate static func references(to ids: [Identifier], _ type: String) -> JSONValue {
        ["data": .array(ids.map { ["type": .string(type), "id": .string($0.description)] })]
    }
}
