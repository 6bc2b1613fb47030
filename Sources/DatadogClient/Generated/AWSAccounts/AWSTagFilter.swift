// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// A filter on the tags of a namespace's resources.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSTagFilter: APIValue {
    /// Namespace that the tags apply to.
    public var namespace: String?
    /// Tags of AWS resources to filter on.
    public var tags: [String]?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - namespace: Namespace that the tags apply to.
    ///   - tags: Tags of AWS resources to filter on.
    public init(namespace: String? = nil, tags: [String]? = nil) {
        self.namespace = namespace
        self.tags = tags
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        namespace = try json.optionalText("namespace")
        tags = try json.optionalTexts("tags")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("namespace", namespace)
            $0.add("tags", tags)
        }
    }
}
