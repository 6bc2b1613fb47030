/// A user or a service account.
///
/// Source: the Users API, https://docs.datadoghq.com/api/latest/users/
public struct User: APIValue, Identifiable {
    /// A UUID.
    public let id: String
    /// The name.
    public let name: String?
    /// The e-mail address.
    public let email: String?
    /// The handle.
    public let handle: String?
    /// The title.
    public let title: String?
    /// Such as `Active`, `Pending` or `Disabled`.
    public let status: String?
    /// Whether the user was disabled.
    public let isDisabled: Bool?
    /// Whether the e-mail address was verified.
    public let isVerified: Bool?
    /// Whether it is a service account.
    public let isServiceAccount: Bool?
    /// Whether the user has a second factor.
    public let isMFAEnabled: Bool?
    /// When the user was last seen, if ever.
    public let lastLoginAt: Timestamp?
    /// When the user was created.
    public let createdAt: Timestamp?
    /// When the user was last changed.
    public let modifiedAt: Timestamp?
    /// The ids of the user's roles.
    public let roleIDs: [String]

    static let type = "users"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            email = try attributes.optionalText("email")
            handle = try attributes.optionalText("handle")
            title = try attributes.optionalText("title")
            status = try attributes.optionalText("status")
            isDisabled = try attributes.optionalFlag("disabled")
            isVerified = try attributes.optionalFlag("verified")
            isServiceAccount = try attributes.optionalFlag("service_account")
            isMFAEnabled = try attributes.optionalFlag("mfa_enabled")
            lastLoginAt = try attributes.optionalTimestamp("last_login_time")
            createdAt = try attributes.optionalTimestamp("created_at")
            modifiedAt = try attributes.optionalTimestamp("modified_at")
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
        return .document(Self.type, id: id, secrets: secrets, relationships: relationships) {
            $0.add("name", name)
            $0.add("email", email)
            $0.add("handle", handle)
            $0.add("title", title)
            $0.add("status", status)
            $0.add("disabled", isDisabled)
            $0.add("verified", isVerified)
            $0.add("service_account", isServiceAccount)
            $0.add("mfa_enabled", isMFAEnabled)
            $0.add("last_login_time", lastLoginAt)
            $0.add("created_at", createdAt)
            $0.add("modified_at", modifiedAt)
        }
    }
}
