import Access
import ActService
import Documents

// The bodies of requests about access tokens, and the tokens in responses.
extension DocumentSchema {
    static let personalAccessToken = DocumentSchema(
        type: "personal_access_tokens",
        attributes: tokenAttributes + [
            .text("expires_at", "When it expires: a time at least a day and at most a year ahead", format: .line)
        ]
    )

    static let personalAccessTokenUpdate = DocumentSchema(type: "personal_access_tokens", attributes: tokenAttributes)

    static let serviceAccessToken = DocumentSchema(
        type: "service_access_tokens",
        attributes: tokenAttributes + [
            .optionalText("expires_at", "When it expires; never by default", format: .line).nullable()
        ]
    )

    static let serviceAccessTokenUpdate = DocumentSchema(type: "service_access_tokens", attributes: tokenAttributes)

    private static let tokenAttributes: [Field] = [
        .text("name", "Name of the token", format: .name),
        .texts(
            "scopes",
            "Names of the permissions that the token carries, if its owner has them",
            format: .name,
            countAtMost: 1000
        ).nonEmpty(),
    ]
}

extension AccessToken {
    /// The group of endpoints that a response is from: they name the same token differently.
    enum Place {
        case personal, service
    }

    /// The token as its schema has it.
    var document: JSONValue {
        ["attributes": ["name": .string(name), "scopes": .array((scopes ?? []).map { .string($0) })]]
    }

    /// The details for an audit event.
    var details: [JSONValue.Member] {
        [
            .init("owner_id", .string(owner.description)),
            .init("scopes", scopes.map { .array($0.map { .string($0) }) } ?? .null),
            .init("expires_at", expiresAt.map { .string($0.description) } ?? .null),
        ]
    }

    /// The token in a response, with its last use.
    func json(in place: Place, _ uses: KeyUses) -> JSONValue {
        json(in: place, lastUse: .init("last_used_at", .instant(uses.latest(of: id, stored: lastUsedAt))))
    }

    /// The token in the response to its creation, with its text: no other response has it.
    func json(in place: Place, showing text: String) -> JSONValue {
        json(in: place, key: text)
    }

    private func json(in place: Place, key: String? = nil, lastUse: JSONValue.Member? = nil) -> JSONValue {
        let alias = TokenText.alias(of: id)
        var attributes: [JSONValue.Member] = [
            .init("created_at", .instant(createdAt)),
            .init("expires_at", .instant(expiresAt)),
        ]
        if let key { attributes.append(.init("key", .string(key))) }
        if let lastUse { attributes.append(lastUse) }
        if modifiedAt != nil { attributes.append(.init("modified_at", .instant(modifiedAt))) }
        attributes += [
            .init("name", .string(name)),
            .init("public_portion", .string(place == .service ? "\(kind.text.rawValue)_\(alias)" : alias)),
            .init("scopes", .array((scopes ?? []).map { .string($0) })),
        ]
        let ownerType = place == .service ? "service_account" : "users"
        return [
            "id": .string(id.description),
            "type": .string(place == .service ? "service_access_tokens" : "personal_access_tokens"),
            "attributes": .object(attributes),
            "relationships": ["owned_by": ["data": ["id": .string(owner.description), "type": .string(ownerType)]]],
        ]
    }
}

extension JSONValue {
    /// A time in UTC; `null` for never.
    static func instant(_ time: Timestamp?) -> JSONValue {
        time.map { .string($0.description) } ?? .null
    }
}
