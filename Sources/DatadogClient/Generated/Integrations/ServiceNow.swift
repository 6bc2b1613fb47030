// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at ServiceNow.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum ServiceNowCredentials: APIValue {
    /// User name and password.
    case basicAuth(ServiceNowBasicAuth)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .basicAuth: "ServiceNowBasicAuth"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "ServiceNowBasicAuth": self = .basicAuth(try ServiceNowBasicAuth(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .basicAuth(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// User name and password.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct ServiceNowBasicAuth: APIValue {
    /// The value of `type` on the wire.
    public static let type = "ServiceNowBasicAuth"

    /// Instance: acme for acme.service-now.com, or a full host name.
    public var instance: String
    /// Password of the user; empty in responses.
    public var password: Secret
    /// User name.
    public var username: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - instance: Instance: acme for acme.service-now.com, or a full host name.
    ///   - password: Password of the user; empty in responses.
    ///   - username: User name.
    public init(instance: String, password: Secret, username: String) {
        self.instance = instance
        self.password = password
        self.username = username
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        instance = try json.text("instance")
        password = try json.secret("password")
        username = try json.text("username")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("instance", instance)
            $0.add("password", password)
            $0.add("username", username)
        }
    }
}

/// Changes to how a connection authenticates at ServiceNow.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum ServiceNowCredentialsUpdate: APIValue {
    /// User name and password.
    case basicAuth(ServiceNowBasicAuthUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .basicAuth: "ServiceNowBasicAuth"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "ServiceNowBasicAuth": self = .basicAuth(try ServiceNowBasicAuthUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .basicAuth(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `ServiceNowBasicAuth`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct ServiceNowBasicAuthUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "ServiceNowBasicAuth"

    /// Instance: acme for acme.service-now.com, or a full host name.
    public var instance: String?
    /// Password of the user.
    public var password: Secret?
    /// User name.
    public var username: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - instance: Instance: acme for acme.service-now.com, or a full host name.
    ///   - password: Password of the user.
    ///   - username: User name.
    public init(instance: String? = nil, password: Secret? = nil, username: String? = nil) {
        self.instance = instance
        self.password = password
        self.username = username
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        instance = try json.optionalText("instance")
        password = try json.optionalSecret("password")
        username = try json.optionalText("username")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("instance", instance)
            $0.add("password", password)
            $0.add("username", username)
        }
    }
}
