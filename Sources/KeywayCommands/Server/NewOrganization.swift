import Access
import Documents
import Storage

/// An organisation that is about to be, with its first admin and their keys.
struct NewOrganization {
    let keys: NewKeys
    private let organization: Organization
    private let user: User
    private let creator: String

    /// - Parameters:
    ///   - name: The organisation's name.
    ///   - creator: The command that creates it, as the audit log tells it.
    init(name: String, createdBy creator: String) {
        self.creator = creator
        let identifiers = IdentifierGenerator()
        let now = Timestamp.now
        organization = Organization(id: identifiers.next(), name: name, createdAt: now)
        user = User(
            id: identifiers.next(),
            organization: organization.id,
            handle: "admin",
            roles: [Role.admin.id],
            createdAt: now
        )
        keys = NewKeys("First", of: user, identifiers: identifiers)
    }

    /// The change that creates all of it, with what else belongs to it.
    func change(noting others: [Mutation] = [], requiring requirements: [Requirement] = []) -> Change {
        Change(
            others + [.createOrganization(organization), .createUser(user)] + keys.mutations,
            requiring: requirements,
            event: AuditEvent(
                organization: organization.id,
                actor: .operatorCommand(creator),
                action: "organization.create",
                resourceType: "organization",
                resource: organization.id
            )
        )
    }
}
