/// The X-Ray services of an AWS account that traces are collected from.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public enum AWSXRayServices: APIValue {
    /// All services.
    case all
    /// Only these services, such as `AWS/AppSync`.
    case only([String])
    /// A choice that this version does not know.
    case unknown(UnknownValue)

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        if json["include_all"] == true {
            self = .all
        } else if let names = try json.optionalTexts("include_only") {
            self = .only(names)
        } else {
            self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .all: ["include_all": true]
        case .only(let names): ["include_only": .array(names.map { .string($0) })]
        case .unknown(let value): value.raw
        }
    }
}
