/// How an AWS account is reached: by a role, or by access keys. One can not be changed into the other.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public enum AWSAuthentication: APIValue {
    /// By assuming a role.
    case role(AWSRole)
    /// By access keys.
    case accessKeys(AWSAccessKeys)
    /// A way that this version does not know.
    case unknown(UnknownValue)

    /// Reads a value from its JSON.
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
