// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Partition of the account.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public enum AWSPartition: APIValue {
    /// `aws`.
    case aws
    /// `aws-cn`.
    case china
    /// `aws-us-gov`.
    case government
    /// A value that this version does not know.
    case unknown(UnknownValue)

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    public init(json: JSONValue) {
        switch json.text {
        case "aws": self = .aws
        case "aws-cn": self = .china
        case "aws-us-gov": self = .government
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .aws: "aws"
        case .china: "aws-cn"
        case .government: "aws-us-gov"
        case .unknown(let value): value.raw
        }
    }
}
