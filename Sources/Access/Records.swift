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
    /// The user's unique name in the organisation, as a rule an e-mail address.
    package var handle: String
    package var email: String
    /// The full name, if it is known.
    package var name: String?
    package var title: String?
    package var isServiceAccount: Bool
    package var isDisabled: Bool
    package var roles: [Identifier]
    package let createdAt: Timestamp
    package var modifiedAt: Timestamp
    /// When one of the user's application keys was last used, as the store has it. No update sets it.
    package var lastLoginAt: Timestamp?
    /// Rises with every change but the note of a last use: an update names the one that it was made from.
    package var revision: Int64 = 1

    package init(
        id: Identifier,
        organization: Identifier,
        handle: String,
        email: String = "",
        name: String? = nil,
        title: String? = nil,
        isServiceAccount: Bool = false,
        isDisabled: Bool = false,
        roles: [Identifier],
        createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.handle = handle
        self.email = email
        self.name = name
        self.title = title
        self.isServiceAccount = isServiceAccount
        self.isDisabled = isDisabled
        self.roles = roles
        self.createdAt = createdAt
        modifiedAt = createdAt
    }
}

/// A key that names an organisation.
package struct APIKey: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    package var name: String
    package let digest: KeyDigest
    /// The key's last four characters, for people to tell keys apart.
    package let last4: String
    package let createdAt: Timestamp
    /// The user who created it; `nil` for the first key of an organisation.
    package let createdBy: Identifier?
    package var modifiedAt: Timestamp
    package var modifiedBy: Identifier?
    /// When the key was last used, as the store has it. No update sets it.
    package var lastUsedAt: Timestamp?
    /// Rises with every change but the note of a last use: an update names the one that it was made from.
    package var revision: Int64 = 1

    package init(
        id: Identifier,
        organization: Identifier,
        name: String,
        digest: KeyDigest,
        last4: String,
        createdAt: Timestamp,
        createdBy: Identifier? = nil
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.digest = digest
        self.last4 = last4
        self.createdAt = createdAt
        self.createdBy = createdBy
        modifiedAt = createdAt
        modifiedBy = createdBy
    }
}

/// A key that names its owner, and what of the owner's permissions it carries.
package struct ApplicationKey: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    /// The user who acts through the key.
    package let owner: Identifier
    package var name: String
    package let digest: KeyDigest
    /// The key's last four characters, for people to tell keys apart.
    package let last4: String
    /// The scopes as given, unknown ones included; `nil` when the key carries all that its owner may. Never empty.
    package var scopes: [String]? {
        // An empty list means unscoped, as in the reference.
        didSet { if scopes == [] { scopes = nil } }
    }
    /// Whether the key may be used on connections (an *app key registration*).
    package let isRegistered: Bool
    package let createdAt: Timestamp
    /// When the key was last used, as the store has it. No update sets it.
    package var lastUsedAt: Timestamp?
    /// Rises with every change but the note of a last use: an update names the one that it was made from.
    package var revision: Int64 = 1

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
        self.scopes = scopes == [] ? nil : scopes
        self.isRegistered = isRegistered
        self.createdAt = createdAt
    }
}
