/// A role: a set of permissions that users have.
///
/// Source: the Roles API, https://docs.datadoghq.com/api/latest/roles/
public struct Role: APIValue, Identifiable {
    /// A UUID.
    public let id: String
    /// The name.
    public let name: String?
    /// Whether it is one of those that every organisation has, and that nobody can change.
    public let isManaged: Bool?
    /// The name of a shipped role whose new permissions it gets, if there is one.
    public let receivesPermissionsFrom: [String]?
    /// How many users have it.
    public let userCount: Int?
    /// When the role was created.
    public let createdAt: Timestamp?
    /// When the role was last changed.
    public let modifiedAt: Timestamp?
    /// The ids of its permissions.
    public let permissionIDs: [String]

    static let type = "roles"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            isManaged = try attributes.optionalFlag("managed")
            receivesPermissionsFrom = try attributes.optionalTexts("receives_permissions_from")
            userCount = try attributes.optionalInteger("user_count")
            createdAt = try attributes.optionalTimestamp("created_at")
            modifiedAt = try attributes.optionalTimestamp("modified_at")
        } catch {
            throw error.inside("attributes")
        }
        permissionIDs = json.relatedIDs("permissions")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        var relationships: [(name: String, value: JSONValue)] = []
        if !permissionIDs.isEmpty {
            relationships.append(("permissions", .array(permissionIDs.map { .reference(to: $0, "permissions") })))
        }
        return .document(Self.type, id: id, secrets: secrets, relationships: relationships) {
            $0.add("name", name)
            $0.add("managed", isManaged)
            $0.add("receives_permissions_from", receivesPermissionsFrom)
            $0.add("user_count", userCount)
            $0.add("created_at", createdAt)
            $0.add("modified_at", modifiedAt)
        }
    }
}
