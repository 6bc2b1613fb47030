import Access
import ActService
import Documents

extension AccessToken {
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

    /// The token with its last use.
    func json(in place: Place, _ uses: KeyUses) -> JSONValue {
        var token = self
        token.lastUsedAt = uses.latest(of: id, stored: lastUsedAt)
        return Self.resource(in: place).json(of: token)
    }

    /// The token for its creator, with its text: nobody gets that later.
    func json(in place: Place, showing text: String) -> JSONValue {
        Self.createdResource(in: place, showing: text).json(of: self)
    }
}
