// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at GreyNoise.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum GreyNoiseCredentials: APIValue {
    /// API key.
    case apiKey(GreyNoiseAPIKey)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "GreyNoiseAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "GreyNoiseAPIKey": self = .apiKey(try GreyNoiseAPIKey(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .apiKey(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// API key.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct GreyNoiseAPIKey: APIValue {
    /// The value of `type` on the wire.
    public static let type = "GreyNoiseAPIKey"

    /// GreyNoise API key; empty in responses.
    public var apiKey: Secret

    /// Creates a value from its members.
    ///
    /// - Parameter apiKey: GreyNoise API key; empty in responses.
    public init(apiKey: Secret) {
        self.apiKey = apiKey
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiKey = try json.secret("api_key")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_key", apiKey)
        }
    }
}

/// Changes to how a connection authenticates at GreyNoise.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum GreyNoiseCredentialsUpdate: APIValue {
    /// API key.
    case apiKey(GreyNoiseAPIKeyUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "GreyNoiseAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "GreyNoiseAPIKey": self = .apiKey(try GreyNoiseAPIKeyUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .apiKey(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `GreyNoiseAPIKey`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct GreyNoiseAPIKeyUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "GreyNoiseAPIKey"

    /// GreyNoise API key.
    public var apiKey: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameter apiKey: GreyNoise API key.
    public init(apiKey: Secret? = nil) {
        self.apiKey = apiKey
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiKey = try json.optionalSecret("api_key")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_key", apiKey)
        }
    }
}
