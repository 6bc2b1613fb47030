/// Which resources of a log source logs are collected of.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSLogTagFilter: APIValue {
    /// The log source that the tags apply to.
    public var source: String?
    /// Tags of AWS resources.
    public var tags: [String]?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - source: The log source that the tags apply to.
    ///   - tags: Tags of AWS resources.
    public init(source: String? = nil, tags: [String]? = nil) {
        self.source = source
        self.tags = tags
    }

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        source = try json.optionalText("source")
        tags = try json.optionalTexts("tags")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("source", source)
            $0.add("tags", tags)
        }
    }
}
