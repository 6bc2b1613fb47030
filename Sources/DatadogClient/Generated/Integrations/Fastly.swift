// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Fastly.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum FastlyCredentials: APIValue {
    /// API key.
    case apiKey(FastlyAPIKey)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "FastlyAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "FastlyAPIKey": self = .apiKey(try FastlyAPIKey(json: json))
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
public struct FastlyAPIKey: APIValue {
    /// The value of `type` on the wire.
    public static let type = "FastlyAPIKey"

    /// Fastly API key; empty in responses.
    public var apiKey: Secret

    /// Creates a value from its members.
    ///
    /// - Parameter apiKey: Fastly API key; empty in responses.
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

/// Changes to how a connection authenticates at Fastly.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum FastlyCredentialsUpdate: APIValue {
    /// API key.
    case apiKey(FastlyAPIKeyUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "FastlyAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "FastlyAPIKey": self = .apiKey(try FastlyAPIKeyUpdate(json: json))
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

/// Changes to credentials of type `FastlyAPIKey`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct FastlyAPIKeyUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "FastlyAPIKey"

    /// Fastly API key.
    public var apiKey: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameter apiKey: Fastly API key.
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
