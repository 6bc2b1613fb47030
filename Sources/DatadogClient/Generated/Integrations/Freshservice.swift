// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Freshservice.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum FreshserviceCredentials: APIValue {
    /// API key.
    case apiKey(FreshserviceAPIKey)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "FreshserviceAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "FreshserviceAPIKey": self = .apiKey(try FreshserviceAPIKey(json: json))
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
public struct FreshserviceAPIKey: APIValue {
    /// The value of `type` on the wire.
    public static let type = "FreshserviceAPIKey"

    /// Freshservice API key; empty in responses.
    public var apiKey: Secret
    /// Freshservice domain, such as acme.freshservice.com.
    public var domain: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiKey: Freshservice API key; empty in responses.
    ///   - domain: Freshservice domain, such as acme.freshservice.com.
    public init(apiKey: Secret, domain: String) {
        self.apiKey = apiKey
        self.domain = domain
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiKey = try json.secret("api_key")
        domain = try json.text("domain")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_key", apiKey)
            $0.add("domain", domain)
        }
    }
}

/// Changes to how a connection authenticates at Freshservice.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum FreshserviceCredentialsUpdate: APIValue {
    /// API key.
    case apiKey(FreshserviceAPIKeyUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "FreshserviceAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "FreshserviceAPIKey": self = .apiKey(try FreshserviceAPIKeyUpdate(json: json))
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

/// Changes to credentials of type `FreshserviceAPIKey`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct FreshserviceAPIKeyUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "FreshserviceAPIKey"

    /// Freshservice API key.
    public var apiKey: Secret?
    /// Freshservice domain, such as acme.freshservice.com.
    public var domain: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiKey: Freshservice API key.
    ///   - domain: Freshservice domain, such as acme.freshservice.com.
    public init(apiKey: Secret? = nil, domain: String? = nil) {
        self.apiKey = apiKey
        self.domain = domain
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiKey = try json.optionalSecret("api_key")
        domain = try json.optionalText("domain")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_key", apiKey)
            $0.add("domain", domain)
        }
    }
}
