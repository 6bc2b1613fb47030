/// An API key of the organisation.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct APIKey: APIValue, Identifiable {
    /// A UUID, which is not the key.
    public let id: String
    /// The name.
    public let name: String
    /// The key itself, where the server shows it: once, when it is created.
    public let key: Secret?
    /// The last four characters of the key.
    public let last4: String?
    /// The purpose of the key.
    public let category: String?
    /// Whether remote configuration may be read with it.
    public let isRemoteConfigReadEnabled: Bool?
    /// When the key was created.
    public let createdAt: Timestamp?
    /// When the key was last changed.
    public let modifiedAt: Timestamp?
    /// When the key was last used.
    public let lastUsedAt: Timestamp?
    /// The id of the user who created it.
    public let creatorID: String?

    static let type = "api_keys"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            key = try attributes.optionalSecret("key")
            last4 = try attributes.optionalText("last4")
            category = try attributes.optionalText("category")
            isRemoteConfigReadEnabled = try attributes.optionalFlag("remote_config_read_enabled")
            createdAt = try attributes.optionalTimestamp("created_at")
            modifiedAt = try attributes.optionalTimestamp("modified_at")
            lastUsedAt = try attributes.optionalTimestamp("date_last_used")
        } catch {
            throw error.inside("attributes")
        }
        creatorID = json.relatedID("created_by")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        var relationships: [(name: String, value: JSONValue)] = []
        if let creatorID { relationships.append(("created_by", .reference(to: creatorID, "users"))) }
        return .document(Self.type, id: id, secrets: secrets, relationships: relationships) {
            $0.add("name", name)
            $0.add("key", key)
            $0.add("last4", last4)
            $0.add("category", category)
            $0.add("remote_config_read_enabled", isRemoteConfigReadEnabled)
            $0.add("created_at", createdAt)
            $0.add("modified_at", modifiedAt)
            $0.add("date_last_used", lastUsedAt)
        }
    }
}
