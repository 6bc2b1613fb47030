package import Access
package import Documents

/// A condition of a change, which the store checks in the change's transaction.
package enum Requirement: Sendable, Equatable {
    /// Before the mutations, the record is there and has this revision.
    case unchanged(AccessRevision)
    /// Before the mutations, the document is there and has this revision.
    case unchangedDocument(DocumentKind, Identifier, organization: Identifier, revision: Int64)
    /// Before the mutations, the store has no organisation at all.
    case noOrganization
    /// After the mutations, some user of the organisation who is not disabled has the role.
    case enabledUser(withRole: Identifier, organization: Identifier)
    /// After the mutations, there are no more than that many.
    case atMost(Int, Limited)

    /// Records of which there may be too many.
    package enum Limited: Sendable, Equatable {
        case apiKeys(of: Identifier)
        case applicationKeys(owner: Identifier, organization: Identifier)
        case accessTokens(owner: Identifier, organization: Identifier)
        case ownRoles(of: Identifier)
    }

    /// Whether it is about what the mutations leave, and not about what they find.
    package var isOfResult: Bool {
        switch self {
        case .unchanged, .unchangedDocument, .noOrganization: false
        case .enabledUser, .atMost: true
        }
    }
}
