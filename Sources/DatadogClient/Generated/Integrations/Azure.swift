// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Microsoft Azure.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum AzureCredentials: APIValue {
    /// App registration of a tenant.
    case tenant(AzureTenant)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .tenant: "AzureTenant"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "AzureTenant": self = .tenant(try AzureTenant(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .tenant(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// App registration of a tenant.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AzureTenant: APIValue {
    /// The value of `type` on the wire.
    public static let type = "AzureTenant"

    /// Application (client) ID of the app registration.
    public var appClientID: String
    /// Client secret of the app registration; empty in responses.
    public var clientSecret: Secret
    /// OAuth 2.0 scope to ask for, in the shape {identifierURI}/.default.
    public var customScopes: String?
    /// Directory (tenant) ID, where the secret is sent.
    public var tenantID: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - appClientID: Application (client) ID of the app registration.
    ///   - clientSecret: Client secret of the app registration; empty in responses.
    ///   - customScopes: OAuth 2.0 scope to ask for, in the shape {identifierURI}/.default.
    ///   - tenantID: Directory (tenant) ID, where the secret is sent.
    public init(appClientID: String, clientSecret: Secret, customScopes: String? = nil, tenantID: String) {
        self.appClientID = appClientID
        self.clientSecret = clientSecret
        self.customScopes = customScopes
        self.tenantID = tenantID
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        appClientID = try json.text("app_client_id")
        clientSecret = try json.secret("client_secret")
        customScopes = try json.optionalText("custom_scopes")
        tenantID = try json.text("tenant_id")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("app_client_id", appClientID)
            $0.add("client_secret", clientSecret)
            $0.add("custom_scopes", customScopes)
            $0.add("tenant_id", tenantID)
        }
    }
}

/// Changes to how a connection authenticates at Microsoft Azure.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum AzureCredentialsUpdate: APIValue {
    /// App registration of a tenant.
    case tenant(AzureTenantUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .tenant: "AzureTenant"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "AzureTenant": self = .tenant(try AzureTenantUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .tenant(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `AzureTenant`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AzureTenantUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "AzureTenant"

    /// Application (client) ID of the app registration.
    public var appClientID: String?
    /// Client secret of the app registration.
    public var clientSecret: Secret?
    /// OAuth 2.0 scope to ask for, in the shape {identifierURI}/.default.
    public var customScopes: Removable<String>?
    /// Directory (tenant) ID, where the secret is sent.
    public var tenantID: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - appClientID: Application (client) ID of the app registration.
    ///   - clientSecret: Client secret of the app registration.
    ///   - customScopes: OAuth 2.0 scope to ask for, in the shape {identifierURI}/.default.
    ///   - tenantID: Directory (tenant) ID, where the secret is sent.
    public init(
        appClientID: String? = nil,
        clientSecret: Secret? = nil,
        customScopes: Removable<String>? = nil,
        tenantID: String? = nil
    ) {
        self.appClientID = appClientID
        self.clientSecret = clientSecret
        self.customScopes = customScopes
        self.tenantID = tenantID
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        appClientID = try json.optionalText("app_client_id")
        clientSecret = try json.optionalSecret("client_secret")
        customScopes = try json.removableText("custom_scopes")
        tenantID = try json.optionalText("tenant_id")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("app_client_id", appClientID)
            $0.add("client_secret", clientSecret)
            $0.add("custom_scopes", customScopes)
            $0.add("tenant_id", tenantID)
        }
    }
}
