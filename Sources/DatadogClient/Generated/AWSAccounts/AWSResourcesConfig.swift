// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Collection of resources; a member that is `nil` is left to the server, or stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSResourcesConfig: APIValue {
    /// Whether to scan resources for security findings; needs extended_collection.
    public var collectsSecurityPosture: Bool?
    /// Whether to collect attributes and configuration of resources.
    public var collectsExtendedResources: Bool?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - collectsSecurityPosture: Whether to scan resources for security findings; needs extended_collection.
    ///   - collectsExtendedResources: Whether to collect attributes and configuration of resources.
    public init(collectsSecurityPosture: Bool? = nil, collectsExtendedResources: Bool? = nil) {
        self.collectsSecurityPosture = collectsSecurityPosture
        self.collectsExtendedResources = collectsExtendedResources
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        collectsSecurityPosture = try json.optionalFlag("cloud_security_posture_management_collection")
        collectsExtendedResources = try json.optionalFlag("extended_collection")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("cloud_security_posture_management_collection", collectsSecurityPosture)
            $0.add("extended_collection", collectsExtendedResources)
        }
    }
}
