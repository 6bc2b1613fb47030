/// Changes to an API key.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct APIKeyUpdate: APIValue {
    /// The name, which the API wants sent with every change.
    public var name: String
    /// The purpose of the key.
    public var category: String?
    /// Whether remote configuration may be read with it.
    public var isRemoteConfigReadEnabled: Bool?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: The name, which the API wants sent with every change.
    ///   - category: What the key may be used for.
    ///   - isRemoteConfigReadEnabled: Whether remote configuration may be read with it.
    public init(name: String, category: String? = nil, isRemoteConfigReadEnabled: Bool? = nil) {
        self.name = name
        self.category = category
        self.isRemoteConfigReadEnabled = isRemoteConfigReadEnabled
    }

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            category = try attributes.optionalText("category")
            isRemoteConfigReadEnabled = try attributes.optionalFlag("remote_config_read_enabled")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(APIKey.type, secrets: secrets) {
            $0.add("name", name)
            $0.add("category", category)
            $0.add("remote_config_read_enabled", isRemoteConfigReadEnabled)
        }
    }
}
