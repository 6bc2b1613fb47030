/// Changes to a role; what is `nil` stays as it is.
///
/// Source: the Roles API, https://docs.datadoghq.com/api/latest/roles/
public struct RoleUpdate: APIValue {
    /// A new name.
    public var name: String?
    /// The ids of all permissions that the role is to have.
    public var permissionIDs: [String]?
    /// The name of a shipped role whose new permissions the role is to get; none if empty.
    public var receivesPermissionsFrom: [String]?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: A new name.
    ///   - permissionIDs: The ids of all permissions that the role is to have.
    ///   - receivesPermissionsFrom: The name of a shipped role whose new permissions the role is to get; none if empty.
    public init(name: String? = nil, permissionIDs: [String]? = nil, receivesPermissionsFrom: [String]? = nil) {
        self.name = name
        self.permissionIDs = permissionIDs
        self.receivesPermissionsFrom = receivesPermissionsFrom
    }

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            receivesPermissionsFrom = try attributes.optionalTexts("receives_permissions_from")
        } catch {
            throw error.inside("attributes")
        }
        permissionIDs = json["relationships"]?["permissions"] == nil ? nil : json.relatedIDs("permissions")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        let permissions = permissionIDs.map { ids in JSONValue.array(ids.map { .reference(to: $0, "permissions") }) }
        return .document(
            Role.type,
            secrets: secrets,
            relationships: permissions.map { [("permissions", $0)] } ?? []
        ) {
            $0.add("name", name)
            $0.add("receives_permissions_from", receivesPermissionsFrom)
        }
    }
}
