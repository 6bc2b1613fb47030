import ActService
import Access
import Documents

// Keys, users and roles in responses, with what is not in their records.
extension APIKey {
    /// The key with its last use.
    func json(_ uses: KeyUses) -> JSONValue {
        var key = self
        key.lastUsedAt = uses.latest(of: id, stored: lastUsedAt)
        return Self.resource.json(of: key)
    }

    /// The key for its creator, with its text: nobody gets that later.
    func json(showing text: String) -> JSONValue { Self.createdResource(showing: text).json(of: self) }
}

extension ApplicationKey {
    /// The key with its last use.
    func json(_ uses: KeyUses) -> JSONValue {
        var key = self
        key.lastUsedAt = uses.latest(of: id, stored: lastUsedAt)
        return Self.resource.json(of: key)
    }

    /// The key for its creator, with its text: nobody gets that later.
    func json(showing text: String) -> JSONValue { Self.createdResource(showing: text).json(of: self) }
}

extension User {
    /// The user with the last use of a key of theirs.
    func json(_ uses: KeyUses) -> JSONValue {
        var user = self
        user.lastLoginAt = uses.latest(of: id, stored: lastLoginAt)
        return Self.resource.json(of: user)
    }
}

extension Organization {
    var json: JSONValue { Self.resource.json(of: self) }
}

extension Role {
    /// The role in an organisation that was created then, with the number of users who have it.
    func json(since time: Timestamp, userCount: Int? = nil) -> JSONValue {
        RoleInOrganization.resource.json(of: .init(self, organizationCreatedAt: time, userCount: userCount))
    }
}

extension Permission {
    /// The permission in an organisation that was created then.
    func json(since time: Timestamp) -> JSONValue {
        PermissionInOrganization.resource.json(of: .init(self, organizationCreatedAt: time))
    }
}
