/// An invitation of a user.
///
/// Source: the Users API, https://docs.datadoghq.com/api/latest/users/
public struct UserInvitation: APIValue, Identifiable {
    /// A UUID.
    public let id: String
    /// The id of the user who is invited, if the response says.
    public let userID: String?
    /// The code that is to be passed on, where the server shows it: Keyway does, once, when it is created.
    public let code: Secret?
    /// When it was created.
    public let createdAt: Timestamp?
    /// When it ends to be good.
    public let expiresAt: Timestamp?

    static let type = "user_invitations"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            code = try attributes.optionalSecret("code")
            createdAt = try attributes.optionalTimestamp("created_at")
            expiresAt = try attributes.optionalTimestamp("expires_at")
        } catch {
            throw error.inside("attributes")
        }
        userID = json.relatedID("user")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        var relationships: [(name: String, value: JSONValue)] = []
        if let userID { relationships.append(("user", .reference(to: userID, User.type))) }
        return .document(Self.type, id: id, secrets: secrets, relationships: relationships) {
            $0.add("code", code)
            $0.add("created_at", createdAt)
            $0.add("expires_at", expiresAt)
        }
    }
}
