// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// An IAM role to assume.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSRole: APIValue {
    /// Name of the IAM role.
    public var name: String
    /// External ID that the role asks for, issued here or one's own; issued now if left out.
    public var externalID: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - name: Name of the IAM role.
    ///   - externalID: External ID that the role asks for, issued here or one's own; issued now if left out.
    public init(name: String, externalID: String? = nil) {
        self.name = name
        self.externalID = externalID
    }

    /// Reads the value from its JSON.
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
