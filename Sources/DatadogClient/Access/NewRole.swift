/// A role to be created.
///
/// Source: the Roles API, https://docs.datadoghq.com/api/latest/roles/
public struct NewRole: APIValue {
    /// The name.
    public var name: String
    /// The ids of its permissions.
    public var permissionIDs: [String]
    /// The name of a shipped role whose new permissions the role gets; none if empty.
    public var receivesPermissionsFrom: [String]

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - permissionIDs: The ids of its permissions.
    ///   - receivesPermissionsFrom: The name of a shipped role whose new permissions the role gets; none if empty.
    public init(name: String, permissionIDs: [String] = [], receivesPermissionsFrom: [String] = []) {
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
            name = try attributes.text("name")
            receivesPermissionsFrom = try attributes.optionalTexts("receives_permissions_from") ?? []
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
        let permissions = JSONValue.array(permissionIDs.map { .reference(to: $0, "permissions") })
        return .document(
            Role.type,
            secrets: secrets,
            relationships: permissionIDs.isEmpty ? [] : [("permissions", permissions)]
        ) {
            $0.add("name", name)
            if !receivesPermissionsFrom.isEmpty { $0.add("receives_permissions_from", receivesPermissionsFrom) }
        }
    }
}
