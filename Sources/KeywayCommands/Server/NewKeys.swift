import ActService
import Access
import Documents
import KeywayServer
import Storage

/// An API key and an application key that are about to be: their texts exist here alone.
struct NewKeys {
    private let apiKey: (text: String, record: APIKey)
    private let applicationKey: (text: String, record: ApplicationKey)

    /// - Parameters:
    ///   - name: What the keys are named after: `First` for `First API key`.
    ///   - owner: Whose the application key is; it is registered for connections.
    ///   - identifiers: Issues their ids.
    init(_ name: String, of owner: User, identifiers: IdentifierGenerator) {
        let now = Timestamp.now
        let apiKeyText = KeyText.apiKey()
        let applicationKeyText = KeyText.applicationKey()
        apiKey = (
            apiKeyText,
            APIKey(
                id: identifiers.next(),
                organization: owner.organization,
                name: "\(name) API key",
                digest: KeyDigest(of: apiKeyText),
                last4: String(apiKeyText.suffix(4)),
                createdAt: now
            )
        )
        applicationKey = (
            applicationKeyText,
            ApplicationKey(
                id: identifiers.next(),
                organization: owner.organization,
                owner: owner.id,
                name: "\(name) application key",
                digest: KeyDigest(of: applicationKeyText),
                last4: String(applicationKeyText.suffix(4)),
                scopes: nil,
                isRegistered: true,
                createdAt: now
            )
        )
    }

    var mutations: [Mutation] {
        [.createAPIKey(apiKey.record), .createApplicationKey(applicationKey.record)]
    }

    var json: String {
        let object: JSONValue = [
            "api_key": .string(apiKey.text),
            "application_key": .string(applicationKey.text),
            "application_key_id": .string(applicationKey.record.id.description),
            "organization_id": .string(applicationKey.record.organization.description),
            "user_id": .string(applicationKey.record.owner.description),
        ]
        return String(decoding: JSONWriter.bytes(of: object), as: UTF8.self) + "\n"
    }

    var text: String {
        """
        These keys are shown once; keep them safe:

          DD_API_KEY=\(apiKey.text)
          DD_APP_KEY=\(applicationKey.text)

        Organisation    \(applicationKey.record.organization)
        User            \(applicationKey.record.owner)
        Application key \(applicationKey.record.id), registered for connections

        """
    }
}
