package import Documents

/// A record of access as it was read: a change that was decided on it names it, and is refused once the record has
/// changed or is gone.
package struct AccessRevision: Sendable, Equatable {
    package enum Kind: Sendable, CaseIterable {
        case user, ownRole, apiKey, applicationKey, accessToken
    }

    package let kind: Kind
    package let id: Identifier
    package let organization: Identifier
    package let revision: Int64

    package init(of kind: Kind, _ id: Identifier, in organization: Identifier, revision: Int64) {
        self.kind = kind
        self.id = id
        self.organization = organization
        self.revision = revision
    }
}

extension User {
    package var accessRevision: AccessRevision { .init(of: .user, id, in: organization, revision: revision) }
}

extension OwnRole {
    package var accessRevision: AccessRevision { .init(of: .ownRole, id, in: organization, revision: revision) }
}

extension APIKey {
    package var accessRevision: AccessRevision { .init(of: .apiKey, id, in: organization, revision: revision) }
}

extension ApplicationKey {
    package var accessRevision: AccessRevision { .init(of: .applicationKey, id, in: organization, revision: revision) }
}

extension AccessToken {
    package var accessRevision: AccessRevision { .init(of: .accessToken, id, in: organization, revision: revision) }
}

extension [Role] {
    /// The roles among these that can change: an organisation's own.
    package var accessRevisions: [AccessRevision] { compactMap { $0.own?.accessRevision } }
}
