import Access
import Documents
import KeywayServer
import Storage

/// An organisation that is about to be, with its first admin and their keys.
struct NewOrganization {
    private let organization: Organization
    private let user: User
    private let apiKey: (text: String, record: APIKey)
    private let applicationKey: (text: String, record: ApplicationKey)

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
        let apiKeyText = KeyText.apiKey()
        let applicationKeyText = KeyText.applicationKey()
        apiKey = (
            apiKeyText,
            APIKey(
                id: identifiers.next(),
                organization: organization.id,
                name: "First API key",
                digest: KeyDigest(of: apiKeyText),
                last4: String(apiKeyText.suffix(4)),
                createdAt: now
            )
        )
        applicationKey = (
            applicationKeyText,
            ApplicationKey(
                id: identifiers.next(),
                organization: organization.id,
                owner: user.id,
                name: "First application key",
                digest: KeyDigest(of: applicationKeyText),
                last4: String(applicationKeyText.suffix(4)),
                scopes: nil,
                isRegistered: true,
                createdAt: now
            )
        )
    }

    /// The change that creates all of it, with what else belongs to it.
    func change(noting others: [Mutation] = []) -> Change {
        Change(
            others + [
                .createOrganization(organization), .createUser(user), .createAPIKey(apiKey.record),
                .createApplicationKey(applicationKey.record),
            ],
            event: AuditEvent(
                organization: organization.id,
                actor: .operatorCommand(creator),
                action: "organization.create",
                resourceType: "organization",
                resource: organization.id
            )
        )
    }

    var json: String {
        let object: JSONValue = [
            "api_key": .string(apiKey.text),
            "application_key": .string(applicationKey.text),
            "application_key_id": .string(applicationKey.record.id.description),
            "organization_id": .string(organization.id.description),
            "user_id": .string(user.id.description),
        ]
        return String(decoding: JSONWriter.bytes(of: object), as: UTF8.self) + "\n"
    }

    var text: String {
        """
        These keys are shown once; keep them safe:

          DD_API_KEY=\(apiKey.text)
          DD_APP_KEY=\(applicationKey.text)

        Organisation    \(organization.id)
        Admin user      \(user.id)
        Application key \(applicationKey.record.id), registered for connections

        """
    }
}
