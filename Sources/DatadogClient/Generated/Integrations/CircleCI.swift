// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at CircleCI.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum CircleCICredentials: APIValue {
    /// API token.
    case apiKey(CircleCIAPIKey)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "CircleCIAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "CircleCIAPIKey": self = .apiKey(try CircleCIAPIKey(json: json))
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

/// API token.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct CircleCIAPIKey: APIValue {
    /// The value of `type` on the wire.
    public static let type = "CircleCIAPIKey"

    /// CircleCI personal API token; empty in responses.
    public var apiToken: Secret

    /// Creates a value from its members.
    ///
    /// - Parameter apiToken: CircleCI personal API token; empty in responses.
    public init(apiToken: Secret) {
        self.apiToken = apiToken
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiToken = try json.secret("api_token")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_token", apiToken)
        }
    }
}

/// Changes to how a connection authenticates at CircleCI.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum CircleCICredentialsUpdate: APIValue {
    /// API token.
    case apiKey(CircleCIAPIKeyUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "CircleCIAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "CircleCIAPIKey": self = .apiKey(try CircleCIAPIKeyUpdate(json: json))
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

/// Changes to credentials of type `CircleCIAPIKey`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct CircleCIAPIKeyUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "CircleCIAPIKey"

    /// CircleCI personal API token.
    public var apiToken: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameter apiToken: CircleCI personal API token.
    public init(apiToken: Secret? = nil) {
        self.apiToken = apiToken
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiToken = try json.optionalSecret("api_token")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_token", apiToken)
        }
    }
}
