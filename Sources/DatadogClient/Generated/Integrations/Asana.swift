// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Asana.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum AsanaCredentials: APIValue {
    /// Access token.
    case accessToken(AsanaAccessToken)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .accessToken: "AsanaAccessToken"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "AsanaAccessToken": self = .accessToken(try AsanaAccessToken(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .accessToken(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Access token.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AsanaAccessToken: APIValue {
    /// The value of `type` on the wire.
    public static let type = "AsanaAccessToken"

    /// Asana access token; empty in responses.
    public var accessToken: Secret

    /// Creates a value from its members.
    ///
    /// - Parameter accessToken: Asana access token; empty in responses.
    public init(accessToken: Secret) {
        self.accessToken = accessToken
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        accessToken = try json.secret("access_token")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("access_token", accessToken)
        }
    }
}

/// Changes to how a connection authenticates at Asana.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum AsanaCredentialsUpdate: APIValue {
    /// Access token.
    case accessToken(AsanaAccessTokenUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .accessToken: "AsanaAccessToken"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "AsanaAccessToken": self = .accessToken(try AsanaAccessTokenUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .accessToken(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `AsanaAccessToken`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AsanaAccessTokenUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "AsanaAccessToken"

    /// Asana access token.
    public var accessToken: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameter accessToken: Asana access token.
    public init(accessToken: Secret? = nil) {
        self.accessToken = accessToken
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        accessToken = try json.optionalSecret("access_token")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("access_token", accessToken)
        }
    }
}
