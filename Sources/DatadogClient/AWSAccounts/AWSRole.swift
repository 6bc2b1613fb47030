/// A role to be assumed.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSRole: APIValue {
    /// The name of the IAM role.
    public var name: String
    /// The external id in the role's trust policy; issued by the server unless it is sent.
    public var externalID: String?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: The name of the IAM role.
    ///   - externalID: What the role's trust policy asks for; issued by the server unless it is sent.
    public init(name: String, externalID: String? = nil) {
        self.name = name
        self.externalID = externalID
    }

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("role_name")
        externalID = try json.optionalText("external_id")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("role_name", name)
            $0.add("external_id", externalID)
        }
    }
}
