// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at ConfigCat.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum ConfigCatCredentials: APIValue {
    /// Management API credentials and SDK key.
    case sdkKey(ConfigCatSDKKey)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .sdkKey: "ConfigCatSDKKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "ConfigCatSDKKey": self = .sdkKey(try ConfigCatSDKKey(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .sdkKey(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Management API credentials and SDK key.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct ConfigCatSDKKey: APIValue {
    /// The value of `type` on the wire.
    public static let type = "ConfigCatSDKKey"

    /// Public Management API password; empty in responses.
    public var apiPassword: Secret
    /// Public Management API user name.
    public var apiUsername: String
    /// SDK key; empty in responses.
    public var sdkKey: Secret

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiPassword: Public Management API password; empty in responses.
    ///   - apiUsername: Public Management API user name.
    ///   - sdkKey: SDK key; empty in responses.
    public init(apiPassword: Secret, apiUsername: String, sdkKey: Secret) {
        self.apiPassword = apiPassword
        self.apiUsername = apiUsername
        self.sdkKey = sdkKey
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiPassword = try json.secret("api_password")
        apiUsername = try json.text("api_username")
        sdkKey = try json.secret("sdk_key")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_password", apiPassword)
            $0.add("api_username", apiUsername)
            $0.add("sdk_key", sdkKey)
        }
    }
}

/// Changes to how a connection authenticates at ConfigCat.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum ConfigCatCredentialsUpdate: APIValue {
    /// Management API credentials and SDK key.
    case sdkKey(ConfigCatSDKKeyUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .sdkKey: "ConfigCatSDKKey"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "ConfigCatSDKKey": self = .sdkKey(try ConfigCatSDKKeyUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .sdkKey(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `ConfigCatSDKKey`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct ConfigCatSDKKeyUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "ConfigCatSDKKey"

    /// Public Management API password.
    public var apiPassword: Secret?
    /// Public Management API user name.
    public var apiUsername: String?
    /// SDK key.
    public var sdkKey: Secret?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiPassword: Public Management API password.
    ///   - apiUsername: Public Management API user name.
    ///   - sdkKey: SDK key.
    public init(apiPassword: Secret? = nil, apiUsername: String? = nil, sdkKey: Secret? = nil) {
        self.apiPassword = apiPassword
        self.apiUsername = apiUsername
        self.sdkKey = sdkKey
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiPassword = try json.optionalSecret("api_password")
        apiUsername = try json.optionalText("api_username")
        sdkKey = try json.optionalSecret("sdk_key")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_password", apiPassword)
            $0.add("api_username", apiUsername)
            $0.add("sdk_key", sdkKey)
        }
    }
}
