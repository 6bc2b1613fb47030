/// A service account to be created: a user for programs.
///
/// Source: the Service Accounts API, https://docs.datadoghq.com/api/latest/service-accounts/
public struct NewServiceAccount: APIValue {
    /// The e-mail address of the person responsible for it.
    public var email: String
    /// The name.
    public var name: String?
    /// The title.
    public var title: String?
    /// The ids of its roles.
    public var roleIDs: [String]

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - email: The e-mail address of the person responsible for it.
    ///   - name: The name.
    ///   - title: The title.
    ///   - roleIDs: The ids of its roles.
    public init(email: String, name: String? = nil, title: String? = nil, roleIDs: [String] = []) {
        self.email = email
        self.name = name
        self.title = title
        self.roleIDs = roleIDs
    }

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            email = try attributes.text("email")
            name = try attributes.optionalText("name")
            title = try attributes.optionalText("title")
        } catch {
            throw error.inside("attributes")
        }
        roleIDs = json.relatedIDs("roles")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        var relationships: [(name: String, value: JSONValue)] = []
        if !roleIDs.isEmpty {
            relationships.append(("roles", .array(roleIDs.map { .reference(to: $0, "roles") })))
        }
        return .document(User.type, secrets: secrets, relationships: relationships) {
            $0.add("email", email)
            $0.add("name", name)
            $0.add("title", title)
            $0.add("service_account", true)
        }
    }
}
