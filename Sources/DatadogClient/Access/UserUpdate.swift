/// Changes to a user; what is `nil` stays as it is.
///
/// Source: the Users API, https://docs.datadoghq.com/api/latest/users/
public struct UserUpdate: APIValue {
    /// A new name.
    public var name: String?
    /// A new e-mail address.
    public var email: String?
    /// A new title, or none.
    public var title: Removable<String>?
    /// Whether the user is disabled.
    public var isDisabled: Bool?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: A new name.
    ///   - email: A new e-mail address.
    ///   - title: A new title, or none.
    ///   - isDisabled: Whether the user is disabled.
    public init(name: String? = nil, email: String? = nil, title: Removable<String>? = nil, isDisabled: Bool? = nil) {
        self.name = name
        self.email = email
        self.title = title
        self.isDisabled = isDisabled
    }

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            email = try attributes.optionalText("email")
            title = try attributes.removableText("title")
            isDisabled = try attributes.optionalFlag("disabled")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(User.type, secrets: secrets) {
            $0.add("name", name)
            $0.add("email", email)
            $0.add("title", title)
            $0.add("disabled", isDisabled)
        }
    }
}
