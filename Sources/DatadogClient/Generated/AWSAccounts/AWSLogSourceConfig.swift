// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Filters per log source; a member that is `nil` is left to the server, or stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSLogSourceConfig: APIValue {
    /// Filters on tags, per log source.
    public var tagFilters: [AWSLogTagFilter]?

    /// Creates a value from its members.
    ///
    /// - Parameter tagFilters: Filters on tags, per log source.
    public init(tagFilters: [AWSLogTagFilter]? = nil) {
        self.tagFilters = tagFilters
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        tagFilters = try json.optionalValues("tag_filters")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("tag_filters", tagFilters)
        }
    }
}
