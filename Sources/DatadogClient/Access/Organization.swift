/// An organisation: whose users, keys and connections are its own.
///
/// Source: the Users API, https://docs.datadoghq.com/api/latest/users/
public struct Organization: APIValue, Identifiable {
    /// A UUID.
    public let id: String
    /// The name.
    public let name: String?
    /// When it was created.
    public let createdAt: Timestamp?

    static let type = "orgs"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            createdAt = try attributes.optionalTimestamp("created_at")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("name", name)
            $0.add("created_at", createdAt)
        }
    }
}
