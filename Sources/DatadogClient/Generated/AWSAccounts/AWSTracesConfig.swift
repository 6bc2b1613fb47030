// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Collection of traces; a member that is `nil` is left to the server, or stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSTracesConfig: APIValue {
    /// X-Ray services to collect from: all, or only those listed.
    public var xRayServices: AWSXRayServices?

    /// Creates a value from its members.
    ///
    /// - Parameter xRayServices: X-Ray services to collect from: all, or only those listed.
    public init(xRayServices: AWSXRayServices? = nil) {
        self.xRayServices = xRayServices
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        xRayServices = try json.optionalValue("xray_services")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("xray_services", xRayServices)
        }
    }
}
