import Access
import Documents
import Secrets
import Storage

extension Change {
    /// The connection that it creates, if it does nothing else.
    var creation: (record: DocumentRecord, sealed: SealedSecrets?)? {
        guard mutations.count == 1, requirements.isEmpty, case .createDocument(let record, let sealed) = mutations[0],
            record.kind == .connection, events.allSatisfy({ $0.organization == record.organization })
        else { return nil }
        return (record, sealed)
    }

    /// Whether it needs its organisation's lock only to extend the audit log: it creates a connection, or is no more
    /// than events of one organisation.
    var isQuick: Bool {
        if creation != nil { return true }
        guard mutations.isEmpty, requirements.isEmpty, let first = events.first else { return false }
        return events.allSatisfy { $0.organization == first.organization }
    }

    /// The organisation of a change that is quick.
    var organization: Identifier {
        creation?.record.organization ?? events.first?.organization ?? Identifier(high: 0, low: 0)
    }

    /// All organisations that it is about.
    var organizations: [Identifier] {
        events.map(\.organization) + mutations.compactMap(\.organization) + requirements.compactMap(\.organization)
    }

    var createsOrganization: Bool {
        mutations.contains {
            guard case .createOrganization = $0 else { return false }
            return true
        }
    }

    var createsDocument: Bool {
        mutations.contains {
            guard case .createDocument = $0 else { return false }
            return true
        }
    }

    /// Whether it changes keys, users, roles or registrations.
    var touchesAccess: Bool { mutations.contains { $0.touchesAccess } }
}

extension Requirement {
    /// The organisation that it is about; `nil` if it is about all.
    fileprivate var organization: Identifier? {
        switch self {
        case .unchanged(let record): record.organization
        case .unchangedDocument(_, _, let organization, _), .enabledUser(_, let organization): organization
        case .noOrganization: nil
        case .atMost(_, .apiKeys(let organization)), .atMost(_, .ownRoles(let organization)): organization
        case .atMost(_, .applicationKeys(_, let organization)), .atMost(_, .accessTokens(_, let organization)):
            organization
        }
    }
}

extension Mutation {
    /// The organisation whose data it changes; `nil` if it is about none, or all.
    fileprivate var organization: Identifier? {
        switch self {
        case .createOrganization(let organization): organization.id
        case .createUser(let user), .updateUser(let user): user.organization
        case .createRole(let role), .updateRole(let role): role.organization
        case .createInvitation(let invitation): invitation.organization
        case .createAPIKey(let key), .updateAPIKey(let key): key.organization
        case .createApplicationKey(let key), .updateApplicationKey(let key): key.organization
        case .createAccessToken(let token), .updateAccessToken(let token): token.organization
        case .createActToken(let token): token.organization
        case .deleteRole(_, let organization), .deleteInvitation(_, let organization),
            .deleteInvitations(_, let organization), .deleteAPIKey(_, let organization),
            .deleteApplicationKey(_, let organization), .deleteAccessToken(_, let organization),
            .deleteActToken(_, let organization), .countAct(_, let organization),
            .setRegistration(_, let organization, _), .noteDelivery(_, let organization, _),
            .deleteDocument(_, _, let organization),
            .setRestrictionPolicy(_, _, let organization, _), .issueExternalID(_, let organization),
            .bringExternalID(_, _, let organization):
            organization
        case .noteUse(let use): use.organization
        case .createDocument(let record, _), .updateDocument(let record, _, _): record.organization
        case .rewrapSecrets(let record): record.organization
        case .deleteExpiredTokens, .noteMasterKey, .forgetMasterKey, .setServerKey: nil
        }
    }
}
