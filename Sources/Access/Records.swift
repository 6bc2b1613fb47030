package import Documents

/// A tenant: nothing of one organisation is visible to another.
package struct Organization: Sendable, Equatable {
    package let id: Identifier
    package let name: String
    package let createdAt: Timestamp

    package init(id: Identifier, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}

/// A person or a service account, who owns application keys.
package struct User: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    /// The e-mail address, or for a service account its name.
    package let handle: String
    package let isServiceAccount: Bool
    package let isDisabled: Bool
    package let roles: [Identifier]
    package let createdAt: Timestamp

    package init(
        id: Identifier,
        organization: Identifier,
        handle: String,
        isServiceAccount: Bool = false,
        isDisabled: Bool = false,
        roles: [Identifier],
        createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.handle = handle
        self.isServiceAccount = isServiceAccount
        self.isDisabled = isDisabled
        self.roles = roles
        self.createdAt = createdAt
    }
}

/// A key that names an organisation.
package struct APIKey: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    package let name: String
    package let digest: KeyDigest
    /// The key's last four characters, for people to tell keys apart.
    package let last4: String
    package let createdAt: Timestamp

    package init(
        id: Identifier,
        organization: Identifier,
        name: String,
        digest: KeyDigest,
        last4: String,
        createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.digest = digest
        self.last4 = last4
        self.createdAt = createdAt
    }
}

/// A key that names its owner, and what of the owner's permissions it carries.
package struct ApplicationKey: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    /// The user who acts through the key.
    package let owner: Identifier
    package let name: String
    package let digest: KeyDigest
    /// The key's last four characters, for people to tell keys apart.
    package let last4: String
    /// The scopes as given, unknown ones included; `nil` when the key carries all that its owner may. Never empty.
    package let scopes: [String]?
    /// Whether the key may be used on connections (an *app key registration*).
    package let isRegistered: Bool
    package let createdAt: Timestamp

    package init(
        id: Identifier,
        organization: Identifier,
        owner: Identifier,
        name: String,
        digest: KeyDigest,
        last4: String,
        scopes: [String]?,
        isRegistered: Bool,
        createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.owner = owner
        self.name = name
        self.digest = digest
        self.last4 = last4
        // An empty list means unscoped, as in the reference.
        self.scopes = scopes == [] ? nil : scopes
        self.isRegistered = isRegistered
        self.createdAt = createdAt
    }
}
