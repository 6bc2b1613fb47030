// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Okta.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum OktaCredentials: APIValue {
    /// API token.
    case apiToken(OktaAPIToken)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiToken: "OktaAPIToken"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "OktaAPIToken": self = .apiToken(try OktaAPIToken(json: json))
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
        case .unknown(let value): value.raw
        }
    }
}

/// API token.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct OktaAPIToken: APIValue {
    /// The value of `type` on the wire.
    public static let type = "OktaAPIToken"

    /// Okta API token; empty in responses.
    public var apiToken: Secret
    /// Okta domain, such as acme.okta.com.
    public var domain: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiToken: Okta API token; empty in responses.
    ///   - domain: Okta domain, such as acme.okta.com.
    public init(apiToken: Secret, domain: String) {
        self.apiToken = apiToken
        self.domain = domain
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiToken = try json.secret("api_token")
        domain = try json.text("domain")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_token", apiToken)
            $0.add("domain", domain)
        }
    }
}

/// Changes to how a connection authenticates at Okta.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum OktaCredentialsUpdate: APIValue {
    /// API token.
    case apiToken(OktaAPITokenUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .apiToken: "OktaAPIToken"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "OktaAPIToken": self = .apiToken(try OktaAPITokenUpdate(json: json))
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
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `OktaAPIToken`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct OktaAPITokenUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "OktaAPIToken"

    /// Okta API token.
    public var apiToken: Secret?
    /// Okta domain, such as acme.okta.com.
    public var domain: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - apiToken: Okta API token.
    ///   - domain: Okta domain, such as acme.okta.com.
    public init(apiToken: Secret? = nil, domain: String? = nil) {
        self.apiToken = apiToken
        self.domain = domain
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        apiToken = try json.optionalSecret("api_token")
        domain = try json.optionalText("domain")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("api_token", apiToken)
            $0.add("domain", domain)
        }
    }
}
