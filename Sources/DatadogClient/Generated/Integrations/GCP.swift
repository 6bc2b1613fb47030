// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Google Cloud.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum GCPCredentials: APIValue {
    /// Service account key.
    case serviceAccount(GCPServiceAccount)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .serviceAccount: "GCPServiceAccount"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "GCPServiceAccount": self = .serviceAccount(try GCPServiceAccount(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .serviceAccount(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Service account key.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct GCPServiceAccount: APIValue {
    /// The value of `type` on the wire.
    public static let type = "GCPServiceAccount"

    /// Private key of the service account, in PEM; empty in responses.
    public var privateKey: Secret
    /// E-mail address of the service account.
    public var serviceAccountEmail: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - privateKey: Private key of the service account, in PEM; empty in responses.
    ///   - serviceAccountEmail: E-mail address of the service account.
    public init(privateKey: Secret, serviceAccountEmail: String) {
        self.privateKey = privateKey
        self.serviceAccountEmail = serviceAccountEmail
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        privateKey = try json.secret("private_key")
        serviceAccountEmail = try json.text("service_account_email")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("private_key", privateKey)
            $0.add("service_account_email", serviceAccountEmail)
        }
    }
}

/// Changes to how a connection authenticates at Google Cloud.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum GCPCredentialsUpdate: APIValue {
    /// Service account key.
    case serviceAccount(GCPServiceAccountUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .serviceAccount: "GCPServiceAccount"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "GCPServiceAccount": self = .serviceAccount(try GCPServiceAccountUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .serviceAccount(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `GCPServiceAccount`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct GCPServiceAccountUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "GCPServiceAccount"

    /// Private key of the service account, in PEM.
    public var privateKey: Secret?
    /// E-mail address of the service account.
    public var serviceAccountEmail: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - privateKey: Private key of the service account, in PEM.
    ///   - serviceAccountEmail: E-mail address of the service account.
    public init(privateKey: Secret? = nil, serviceAccountEmail: String? = nil) {
        self.privateKey = privateKey
        self.serviceAccountEmail = serviceAccountEmail
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        privateKey = try json.optionalSecret("private_key")
        serviceAccountEmail = try json.optionalText("service_account_email")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("private_key", privateKey)
            $0.add("service_account_email", serviceAccountEmail)
        }
    }
}
