// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// A filter on the names of a namespace's metrics.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSMetricNameFilter: APIValue {
    /// Only names like these, or all but names like these.
    public enum Names: Sendable, Hashable {
        /// Only names like these.
        case only([String])
        /// All but names like these.
        case allBut([String])
        /// An option that this version does not know, with the whole object.
        case unknown(UnknownValue)
    }

    /// Namespace that the filter applies to.
    public var namespace: String
    /// Only names like these, or all but names like these.
    public var names: Names

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - namespace: Namespace that the filter applies to.
    ///   - names: Only names like these, or all but names like these.
    public init(namespace: String, names: Names) {
        self.namespace = namespace
        self.names = names
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        namespace = try json.text("namespace")
        if let texts = try json.optionalTexts("include_only") {
            names = .only(texts)
        } else if let texts = try json.optionalTexts("exclude_only") {
            names = .allBut(texts)
        } else {
            names = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch names {
        case .only(let texts):
            .object(secrets: secrets) {
                $0.add("namespace", namespace)
                $0.add("include_only", texts)
            }
        case .allBut(let texts):
            .object(secrets: secrets) {
                $0.add("namespace", namespace)
                $0.add("exclude_only", texts)
            }
        case .unknown(let value): value.raw
        }
    }
}
