/// A token that acts through some connections of a Keyway server, and does nothing else. It stands where a tool puts its
/// vendor's own credential.
///
/// Source: Keyway; Datadog has no such tokens.
public struct ActToken: APIValue, Identifiable {
    /// A UUID, which is not the token.
    public let id: String
    /// The name, if it has one.
    public let name: String?
    /// The token itself, where the server shows it: once, when it is created.
    public let token: Secret?
    /// The id of the token as an AWS key pair, of 20 letters and digits.
    public let accessKeyID: String?
    /// The secret of that key pair, where the server shows it: once, when the token is created.
    public let secretAccessKey: Secret?
    /// The ids of the connections that it acts through.
    public let connections: [String]
    /// The methods that it allows; `nil` for all.
    public let methods: [String]?
    /// The paths below the base URL that it allows; `nil` for all.
    public let paths: [String]?
    /// How many acts it may begin; `nil` for any number.
    public let acts: Int?
    /// How many acts were begun with it; `nil` if their number is not limited.
    public let actsUsed: Int?
    /// When the token was created.
    public let createdAt: Timestamp?
    /// When the token expires.
    public let expiresAt: Timestamp?
    /// The id of the user who made it, if the response says.
    public let ownerID: String?

    static let type = "act_tokens"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            token = try attributes.optionalSecret("token")
            accessKeyID = try attributes.optionalText("access_key_id")
            secretAccessKey = try attributes.optionalSecret("secret_access_key")
            connections = try attributes.optionalTexts("connections") ?? []
            methods = try attributes.optionalTexts("methods")
            paths = try attributes.optionalTexts("paths")
            acts = try attributes.optionalInteger("acts")
            actsUsed = try attributes.optionalInteger("acts_used")
            createdAt = try attributes.optionalTimestamp("created_at")
            expiresAt = try attributes.optionalTimestamp("expires_at")
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
            $0.add("token", token)
            $0.add("access_key_id", accessKeyID)
            $0.add("secret_access_key", secretAccessKey)
            $0.add("connections", connections)
            $0.add("methods", methods)
            $0.add("paths", paths)
            $0.add("acts", acts)
            $0.add("acts_used", actsUsed)
            $0.add("created_at", createdAt)
            $0.add("expires_at", expiresAt)
        }
    }
}
