// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Datadog.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum DatadogCredentials: APIValue {
    /// API key and application key.
    case apiKey(DatadogAPIKey)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "DatadogAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "DatadogAPIKey": self = .apiKey(try DatadogAPIKey(json: json))
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

/// API key and application key.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct DatadogAPIKey: APIValue {
    /// The value of `type` on the wire.
    public static let type = "DatadogAPIKey"

    /// API key of the target organisation; empty in responses.
    public var apiKey: Secret
    /// Application key of the target organisation; empty in responses.
    public var appKey: Secret
    /// Data centre of the target organisation, such as us1.datadoghq.com.
    public var datacenter: String
    /// Prefix of links, such as acme in acme.datadoghq.com.
    public var subdomain: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiKey: API key of the target organisation; empty in responses.
    ///   - appKey: Application key of the target organisation; empty in responses.
    ///   - datacenter: Data centre of the target organisation, such as us1.datadoghq.com.
    ///   - subdomain: Prefix of links, such as acme in acme.datadoghq.com.
    public init(apiKey: Secret, appKey: Secret, datacenter: String, subdomain: String? = nil) {
        self.apiKey = apiKey
        self.appKey = appKey
        self.datacenter = datacenter
        self.subdomain = subdomain
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiKey = try json.secret("api_key")
        appKey = try json.secret("app_key")
        datacenter = try json.text("datacenter")
        subdomain = try json.optionalText("subdomain")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_key", apiKey)
            $0.add("app_key", appKey)
            $0.add("datacenter", datacenter)
            $0.add("subdomain", subdomain)
        }
    }
}

/// Changes to how a connection authenticates at Datadog.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum DatadogCredentialsUpdate: APIValue {
    /// API key and application key.
    case apiKey(DatadogAPIKeyUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiKey: "DatadogAPIKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "DatadogAPIKey": self = .apiKey(try DatadogAPIKeyUpdate(json: json))
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

/// Changes to credentials of type `DatadogAPIKey`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct DatadogAPIKeyUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "DatadogAPIKey"

    /// API key of the target organisation.
    public var apiKey: Secret?
    /// Application key of the target organisation.
    public var appKey: Secret?
    /// Data centre of the target organisation, such as us1.datadoghq.com.
    public var datacenter: String?
    /// Prefix of links, such as acme in acme.datadoghq.com.
    public var subdomain: Removable<String>?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiKey: API key of the target organisation.
    ///   - appKey: Application key of the target organisation.
    ///   - datacenter: Data centre of the target organisation, such as us1.datadoghq.com.
    ///   - subdomain: Prefix of links, such as acme in acme.datadoghq.com.
    public init(
        apiKey: Secret? = nil,
        appKey: Secret? = nil,
        datacenter: String? = nil,
        subdomain: Removable<String>? = nil
    ) {
        self.apiKey = apiKey
        self.appKey = appKey
        self.datacenter = datacenter
        self.subdomain = subdomain
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiKey = try json.optionalSecret("api_key")
        appKey = try json.optionalSecret("app_key")
        datacenter = try json.optionalText("datacenter")
        subdomain = try json.removableText("subdomain")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_key", apiKey)
            $0.add("app_key", appKey)
            $0.add("datacenter", datacenter)
            $0.add("subdomain", subdomain)
        }
    }
}
