/// A token that opens the API for its owner, within its scopes: a personal access token, or one of a service account.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct AccessToken: APIValue, Identifiable {
    /// A UUID, which is not the token.
    public let id: String
    /// The name.
    public let name: String
    /// The token itself, where the server shows it: once, when it is created.
    public let key: Secret?
    /// The part of the token that names it, and opens nothing.
    public let publicPortion: String?
    /// The permissions that the token carries, if its owner has them.
    public let scopes: [String]
    /// When the token was created.
    public let createdAt: Timestamp?
    /// When the name or the scopes were changed last.
    public let modifiedAt: Timestamp?
    /// When the token expires; `nil` for never.
    public let expiresAt: Timestamp?
    /// When the token was last used.
    public let lastUsedAt: Timestamp?
    /// The id of the user or service account who owns it, if the response says.
    public let ownerID: String?
    /// The wire type: `personal_access_tokens` or `service_access_tokens`.
    public let type: String

    static let personalType = "personal_access_tokens"
    static let serviceType = "service_access_tokens"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        type = try json.text("type")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            key = try attributes.optionalSecret("key")
            publicPortion = try attributes.optionalText("public_portion")
            scopes = try attributes.optionalTexts("scopes") ?? []
            createdAt = try attributes.optionalTimestamp("created_at")
            modifiedAt = try attributes.optionalTimestamp("modified_at")
            expiresAt = try attributes.optionalTimestamp("expires_at")
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
        if let ownerID {
            let owner = type == Self.serviceType ? "service_account" : "users"
            relationships.append(("owned_by", .reference(to: ownerID, owner)))
        }
        return .document(type, id: id, secrets: secrets, relationships: relationships) {
            $0.add("name", name)
            $0.add("key", key)
            $0.add("public_portion", publicPortion)
            $0.add("scopes", scopes)
            $0.add("created_at", createdAt)
            $0.add("modified_at", modifiedAt)
            $0.add("expires_at", expiresAt)
            $0.add("last_used_at", lastUsedAt)
        }
    }
}
