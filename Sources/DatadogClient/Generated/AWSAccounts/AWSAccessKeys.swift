// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Access keys of an IAM user.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSAccessKeys: APIValue {
    /// ID of the access key.
    public var accessKeyID: String
    /// Secret access key; never in a response.
    public var secretAccessKey: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - accessKeyID: ID of the access key.
    ///   - secretAccessKey: Secret access key; never in a response.
    public init(accessKeyID: String, secretAccessKey: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        accessKeyID = try json.text("access_key_id")
        secretAccessKey = try json.optionalSecret("secret_access_key")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("access_key_id", accessKeyID)
            $0.add("secret_access_key", secretAccessKey)
        }
    }
}
