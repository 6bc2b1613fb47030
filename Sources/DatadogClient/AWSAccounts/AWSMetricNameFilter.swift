/// Which metrics of a namespace are collected.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSMetricNameFilter: APIValue {
    /// Which names.
    public enum Names: Sendable, Hashable {
        /// Only names like these.
        case only([String])
        /// All but names like these.
        case allBut([String])
        /// A choice that this version does not know: the whole filter.
        case unknown(UnknownValue)
    }

    /// The namespace that the filter applies to.
    public var namespace: String
    /// Which names of it.
    public var names: Names

    /// Describes a filter.
    ///
    /// - Parameters:
    ///   - namespace: The namespace that the filter applies to.
    ///   - names: Which names of it.
    public init(namespace: String, names: Names) {
        self.namespace = namespace
        self.names = names
    }

    /// Reads a filter from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it names no namespace.
    public init(json: JSONValue) throws(JSONMismatch) {
        namespace = try json.text("namespace")
        if let only = try json.optionalTexts("include_only") {
            names = .only(only)
        } else if let excluded = try json.optionalTexts("exclude_only") {
            names = .allBut(excluded)
        } else {
            names = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch names {
        case .only(let names): ["namespace": .string(namespace), "include_only": .array(names.map { .string($0) })]
        case .allBut(let names): ["namespace": .string(namespace), "exclude_only": .array(names.map { .string($0) })]
        case .unknown(let value): value.raw
        }
    }
}
