/// A permission.
///
/// Source: the Roles API, https://docs.datadoghq.com/api/latest/roles/
public struct Permission: APIValue, Identifiable {
    /// A UUID.
    public let id: String
    /// The name that scopes of keys have, such as `connections_read`.
    public let name: String
    /// The name for people.
    public let displayName: String?
    /// A description, for people.
    public let summary: String?
    /// The group that it is shown in.
    public let groupName: String?
    /// Whether it is restricted.
    public let isRestricted: Bool?
    /// When it was created.
    public let createdAt: Timestamp?

    static let type = "permissions"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            displayName = try attributes.optionalText("display_name")
            summary = try attributes.optionalText("description")
            groupName = try attributes.optionalText("group_name")
            isRestricted = try attributes.optionalFlag("restricted")
            createdAt = try attributes.optionalTimestamp("created")
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
            $0.add("display_name", displayName)
            $0.add("description", summary)
            $0.add("group_name", groupName)
            $0.add("restricted", isRestricted)
            $0.add("created", createdAt)
        }
    }
}
