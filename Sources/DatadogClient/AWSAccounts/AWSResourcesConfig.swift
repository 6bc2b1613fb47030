/// The collection of resources. What is `nil` is left to the server, or stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSResourcesConfig: APIValue {
    /// Whether resources are scanned for security findings, which needs the extended collection.
    public var collectsSecurityPosture: Bool?
    /// Whether attributes and configuration of resources are collected.
    public var collectsExtendedResources: Bool?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - collectsSecurityPosture: Whether resources are scanned for security findings, which needs the extended
    ///   collection.
    ///   - collectsExtendedResources: Whether attributes and configuration of resources are collected.
    public init(collectsSecurityPosture: Bool? = nil, collectsExtendedResources: Bool? = nil) {
        self.collectsSecurityPosture = collectsSecurityPosture
        self.collectsExtendedResources = collectsExtendedResources
    }

    /// Reads a value from its JSON.
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
