/// Filters per log source.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSLogSourceConfig: APIValue {
    /// The filters.
    public var tagFilters: [AWSLogTagFilter]?

    /// Puts a value together.
    ///
    /// - Parameter tagFilters: The filters.
    public init(tagFilters: [AWSLogTagFilter]? = nil) {
        self.tagFilters = tagFilters
    }

    /// Reads a value from its JSON.
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
