// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Subscription of forwarder functions to logs; a member that is `nil` is left to the server, or stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSLambdaForwarder: APIValue {
    /// ARNs of the forwarder functions.
    public var lambdas: [String]?
    /// Services whose logs are collected.
    public var sources: [String]?
    /// Filters per log source.
    public var logSourceConfig: AWSLogSourceConfig?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - lambdas: ARNs of the forwarder functions.
    ///   - sources: Services whose logs are collected.
    ///   - logSourceConfig: Filters per log source.
    public init(lambdas: [String]? = nil, sources: [String]? = nil, logSourceConfig: AWSLogSourceConfig? = nil) {
        self.lambdas = lambdas
        self.sources = sources
        self.logSourceConfig = logSourceConfig
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        lambdas = try json.optionalTexts("lambdas")
        sources = try json.optionalTexts("sources")
        logSourceConfig = try json.optionalValue("log_source_config")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("lambdas", lambdas)
            $0.add("sources", sources)
            $0.add("log_source_config", logSourceConfig)
        }
    }
}
