/// Changes to a webhook; what is `nil` stays as it is. Keyway's own.
public struct AuditWebhookUpdate: APIValue {
    /// Another name.
    public var name: String?
    /// Another URL, which needs ``secret`` beside it.
    public var url: String?
    /// All actions of the events that are to be sent.
    public var actions: [String]?
    /// Another key of the signatures, or the same one for another URL.
    public var secret: Secret?
    /// Whether events are to be sent.
    public var isEnabled: Bool?

    /// Puts changes together.
    ///
    /// - Parameters:
    ///   - name: Another name.
    ///   - url: Another URL.
    ///   - actions: All actions of the events that are to be sent.
    ///   - secret: The key of the signatures.
    ///   - isEnabled: Whether events are to be sent.
    public init(
        name: String? = nil,
        url: String? = nil,
        actions: [String]? = nil,
        secret: Secret? = nil,
        isEnabled: Bool? = nil
    ) {
        self.name = name
        self.url = url
        self.actions = actions
        self.secret = secret
        self.isEnabled = isEnabled
    }

    /// Reads changes from their `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            url = try attributes.optionalText("url")
            actions = try attributes.optionalTexts("actions")
            secret = try attributes.optionalSecret("secret")
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
