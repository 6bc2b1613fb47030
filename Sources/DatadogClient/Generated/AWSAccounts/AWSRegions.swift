// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Regions to collect from: all, or only those listed.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public enum AWSRegions: APIValue {
    /// All regions.
    case all
    /// Only these regions.
    case only([String])
    /// An option that this version does not know, with the whole object.
    case unknown(UnknownValue)

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        if json["include_all"] == true {
            self = .all
        } else if let texts = try json.optionalTexts("include_only") {
            self = .only(texts)
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
        case .all: .object(secrets: secrets) { $0.add("include_all", true) }
        case .only(let texts): .object(secrets: secrets) { $0.add("include_only", texts) }
        case .unknown(let value): value.raw
        }
    }
}
