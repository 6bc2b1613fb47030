/// An application key of a user or a service account.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct ApplicationKey: APIValue, Identifiable {
    /// A UUID, which is not the key.
    public let id: String
    /// The name.
    public let name: String
    /// The key itself, where the server shows it: once, when it is created.
    public let key: Secret?
    /// The last four characters of the key.
    public let last4: String?
    /// The permissions that the key is limited to; `nil` if it has all of its owner's.
    public let scopes: [String]?
    /// When the key was created.
    public let createdAt: Timestamp?
    /// When the key was last used.
    public let lastUsedAt: Timestamp?
    /// The id of the user who owns it, if the response says.
    public let ownerID: String?

    static let type = "application_keys"

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
            scopes = try attributes.optionalTexts("scopes")
            createdAt = try attributes.optionalTimestamp("created_at")
            lastUsedAt = try attributes.optionalTimestamp("last_used_at")
        } catch {
            throw error.inside("attributes")
        }
        ownerID = json.relatedID("owned_by")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        var relationships: [(name: String, value: JSONValue)] = []
        if let ownerID { relationships.append(("owned_by", .reference(to: ownerID, "users"))) }
        return .document(Self.type, id: id, secrets: secrets, relationships: relationships) {
            $0.add("name", name)
            $0.add("key", key)
            $0.add("last4", last4)
            $0.add("scopes", scopes)
            $0.add("created_at", createdAt)
            $0.add("last_used_at", lastUsedAt)
        }
    }
}
