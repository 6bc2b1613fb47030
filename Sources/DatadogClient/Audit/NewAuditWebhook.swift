/// A webhook to be made. Keyway's own.
public struct NewAuditWebhook: APIValue {
    /// The name for people, which no other webhook of the organisation has.
    public var name: String
    /// The URL that events are to be posted to.
    public var url: String
    /// The actions of the events that are to be sent: `*`, a whole one, or its beginning and `.*`.
    public var actions: [String]
    /// The key of the signatures: `whsec_` and 24 to 64 random bytes in base64.
    public var secret: Secret
    /// Whether events are to be sent; they are if it is `nil`.
    public var isEnabled: Bool?

    /// Describes a webhook.
    ///
    /// - Parameters:
    ///   - name: The name for people.
    ///   - url: The URL that events are to be posted to.
    ///   - actions: The actions of the events that are to be sent.
    ///   - secret: The key of the signatures.
    ///   - isEnabled: Whether events are to be sent.
    public init(name: String, url: String, actions: [String], secret: Secret, isEnabled: Bool? = nil) {
        self.name = name
        self.url = url
        self.actions = actions
        self.secret = secret
        self.isEnabled = isEnabled
    }

    /// Reads a webhook from its `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            url = try attributes.text("url")
            actions = try attributes.optionalTexts("actions") ?? []
            secret = try attributes.secret("secret")
            isEnabled = try attributes.optionalFlag("enabled")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Whether to write out the secret.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(AuditWebhook.type, secrets: secrets) {
            $0.add("name", name)
            $0.add("url", url)
            $0.add("actions", actions)
            $0.add("secret", secret)
            $0.add("enabled", isEnabled)
        }
    }
}
