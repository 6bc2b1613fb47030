// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Cloudflare.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum CloudflareCredentials: APIValue {
    /// API token.
    case apiToken(CloudflareAPIToken)
    /// Global API key.
    case globalAPIToken(CloudflareGlobalAPIToken)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiToken: "CloudflareAPIToken"
        case .globalAPIToken: "CloudflareGlobalAPIToken"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "CloudflareAPIToken": self = .apiToken(try CloudflareAPIToken(json: json))
        case "CloudflareGlobalAPIToken": self = .globalAPIToken(try CloudflareGlobalAPIToken(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .apiToken(let value): value.json(secrets: secrets)
        case .globalAPIToken(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// API token.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct CloudflareAPIToken: APIValue {
    /// The value of `type` on the wire.
    public static let type = "CloudflareAPIToken"

    /// Cloudflare API token; empty in responses.
    public var apiToken: Secret

    /// Creates a value from its members.
    ///
    /// - Parameter apiToken: Cloudflare API token; empty in responses.
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

/// Global API key.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct CloudflareGlobalAPIToken: APIValue {
    /// The value of `type` on the wire.
    public static let type = "CloudflareGlobalAPIToken"

    /// E-mail address of the account that the global API key belongs to.
    public var authEmail: String
    /// Cloudflare global API key; empty in responses.
    public var globalAPIKey: Secret

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - authEmail: E-mail address of the account that the global API key belongs to.
    ///   - globalAPIKey: Cloudflare global API key; empty in responses.
    public init(authEmail: String, globalAPIKey: Secret) {
        self.authEmail = authEmail
        self.globalAPIKey = globalAPIKey
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        authEmail = try json.text("auth_email")
        globalAPIKey = try json.secret("global_api_key")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("auth_email", authEmail)
            $0.add("global_api_key", globalAPIKey)
        }
    }
}

/// Changes to how a connection authenticates at Cloudflare.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum CloudflareCredentialsUpdate: APIValue {
    /// API token.
    case apiToken(CloudflareAPITokenUpdate)
    /// Global API key.
    case globalAPIToken(CloudflareGlobalAPITokenUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiToken: "CloudflareAPIToken"
        case .globalAPIToken: "CloudflareGlobalAPIToken"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "CloudflareAPIToken": self = .apiToken(try CloudflareAPITokenUpdate(json: json))
        case "CloudflareGlobalAPIToken": self = .globalAPIToken(try CloudflareGlobalAPITokenUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .apiToken(let value): value.json(secrets: secrets)
        case .globalAPIToken(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `CloudflareAPIToken`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct CloudflareAPITokenUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "CloudflareAPIToken"

    /// Cloudflare API token.
    public var apiToken: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameter apiToken: Cloudflare API token.
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

/// Changes to credentials of type `CloudflareGlobalAPIToken`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct CloudflareGlobalAPITokenUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "CloudflareGlobalAPIToken"

    /// E-mail address of the account that the global API key belongs to.
    public var authEmail: String?
    /// Cloudflare global API key.
    public var globalAPIKey: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - authEmail: E-mail address of the account that the global API key belongs to.
    ///   - globalAPIKey: Cloudflare global API key.
    public init(authEmail: String? = nil, globalAPIKey: Secret? = nil) {
        self.authEmail = authEmail
        self.globalAPIKey = globalAPIKey
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        authEmail = try json.optionalText("auth_email")
        globalAPIKey = try json.optionalSecret("global_api_key")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("auth_email", authEmail)
            $0.add("global_api_key", globalAPIKey)
        }
    }
}
