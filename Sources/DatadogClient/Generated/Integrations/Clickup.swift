// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at ClickUp.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum ClickupCredentials: APIValue {
    /// API token.
    case apiKey(ClickupAPIKey)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "ClickupAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "ClickupAPIKey": self = .apiKey(try ClickupAPIKey(json: json))
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
public struct ClickupAPIKey: APIValue {
    /// The value of `type` on the wire.
    public static let type = "ClickupAPIKey"

    /// ClickUp API token, which starts with pk_; empty in responses.
    public var apiToken: Secret

    /// Creates a value from its members.
    ///
    /// - Parameter apiToken: ClickUp API token, which starts with pk_; empty in responses.
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

/// Changes to how a connection authenticates at ClickUp.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum ClickupCredentialsUpdate: APIValue {
    /// API token.
    case apiKey(ClickupAPIKeyUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "ClickupAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "ClickupAPIKey": self = .apiKey(try ClickupAPIKeyUpdate(json: json))
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

/// Changes to credentials of type `ClickupAPIKey`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct ClickupAPIKeyUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "ClickupAPIKey"

    /// ClickUp API token, which starts with pk_.
    public var apiToken: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameter apiToken: ClickUp API token, which starts with pk_.
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
