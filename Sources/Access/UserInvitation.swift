package import Documents

/// An invitation of a user: anyone with its code gets an application key of theirs, once.
package struct UserInvitation: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    /// The user who is invited.
    package let user: Identifier
    /// The digest of the code.
    package let digest: KeyDigest
    /// The user's permissions when they were invited: the inviter has no right to hand out more.
    package let permissions: PermissionSet
    package let createdAt: Timestamp

    /// How long an invitation is good for, in microseconds: two days.
    private static let lifetime: Int64 = 172_800_000_000

    package init(
        id: Identifier,
        organization: Identifier,
        user: Identifier,
        digest: KeyDigest,
        permissions: PermissionSet,
        createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.user = user
        self.digest = digest
        self.permissions = permissions
        self.createdAt = createdAt
    }

    package var expiresAt: Timestamp { Timestamp(microseconds: createdAt.microseconds + Self.lifetime) }

    package func isGood(at time: Timestamp) -> Bool { time < expiresAt }
}
