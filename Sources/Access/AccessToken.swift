package import Documents

/// A token that opens the API for its owner, within its scopes: no API key is needed beside it.
package struct AccessToken: Sendable, Equatable {
    package enum Kind: Sendable, CaseIterable {
        /// A user's own.
        case personal
        /// A service account's.
        case service
        /// One that was given for another proof of identity. It lives for minutes, is in no list, and is erased when it
        /// has expired.
        case delegated
    }

    package let id: Identifier
    package let organization: Identifier
    package let kind: Kind
    /// The user or service account who acts through the token.
    package let owner: Identifier
    package var name: String
    package let digest: KeyDigest
    /// The scopes as given, unknown ones included; `nil` only of a delegated token that carries all that its owner may.
    package var scopes: [String]?
    package let createdAt: Timestamp
    package var modifiedAt: Timestamp?
    /// `nil` for never.
    package let expiresAt: Timestamp?
    /// The last use that the store has. No update sets it.
    package var lastUsedAt: Timestamp?
    /// Rises with every change except the note of a last use: an update names the one that it was made from.
    package var revision: Int64 = 1

    package init(
        id: Identifier,
        organization: Identifier,
        kind: Kind,
        owner: Identifier,
        name: String,
        digest: KeyDigest,
        scopes: [String]?,
        createdAt: Timestamp,
        expiresAt: Timestamp?
    ) {
        self.id = id
        self.organization = organization
        self.kind = kind
        self.owner = owner
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package func isGood(at time: Timestamp) -> Bool { expiresAt.map { time < $0 } ?? true }
}

extension AccessToken.Kind {
    /// The kind of the token's text.
    package var text: TokenText.Kind {
        switch self {
        case .personal: .personal
        case .service: .service
        case .delegated: .delegated
        }
    }
}
