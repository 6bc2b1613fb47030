/// Access keys of an IAM user.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSAccessKeys: APIValue {
    /// The id of the access key.
    public var accessKeyID: String
    /// The secret access key; responses never contain it.
    public var secretAccessKey: Secret?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - accessKeyID: The id of the access key.
    ///   - secretAccessKey: The secret access key; responses never contain it.
    public init(accessKeyID: String, secretAccessKey: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    /// Reads a value from its JSON.
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
