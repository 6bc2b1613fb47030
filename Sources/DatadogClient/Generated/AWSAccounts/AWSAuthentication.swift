// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// How the account is reached: by access keys or by a role. An update can't change one into the other.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public enum AWSAuthentication: APIValue {
    /// An IAM role to assume.
    case role(AWSRole)
    /// Access keys of an IAM user.
    case accessKeys(AWSAccessKeys)
    /// An option that this version does not know, with the whole object.
    case unknown(UnknownValue)

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        if json["role_name"] != nil {
            self = .role(try AWSRole(json: json))
        } else if json["access_key_id"] != nil {
            self = .accessKeys(try AWSAccessKeys(json: json))
        } else {
            self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .role(let value): value.json(secrets: secrets)
        case .accessKeys(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}
