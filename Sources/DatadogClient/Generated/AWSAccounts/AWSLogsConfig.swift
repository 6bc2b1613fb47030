// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Collection of logs; a member that is `nil` is left to the server, or stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSLogsConfig: APIValue {
    /// Subscription of forwarder functions to logs.
    public var lambdaForwarder: AWSLambdaForwarder?

    /// Creates a value from its members.
    ///
    /// - Parameter lambdaForwarder: Subscription of forwarder functions to logs.
    public init(lambdaForwarder: AWSLambdaForwarder? = nil) {
        self.lambdaForwarder = lambdaForwarder
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        lambdaForwarder = try json.optionalValue("lambda_forwarder")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("lambda_forwarder", lambdaForwarder)
        }
    }
}
