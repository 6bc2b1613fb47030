/// A receiver of audit events. Keyway's own.
public struct AuditWebhook: APIValue, Identifiable {
    /// A UUID.
    public let id: String
    /// The name for people.
    public let name: String
    /// The URL that events are posted to.
    public let url: String
    /// The actions of the events that are sent: `*`, a whole one, or its beginning and `.*`.
    public let actions: [String]
    /// Whether events are sent; those that come meanwhile are sent later.
    public let isEnabled: Bool

    static let type = "audit_webhooks"

    /// Reads a webhook from its `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            url = try attributes.text("url")
            actions = try attributes.optionalTexts("actions") ?? []
            isEnabled = try attributes.optionalFlag("enabled") ?? true
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("name", name)
            $0.add("url", url)
            $0.add("actions", actions)
            $0.add("enabled", isEnabled)
        }
    }
}
