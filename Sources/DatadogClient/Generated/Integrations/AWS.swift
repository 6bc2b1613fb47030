// Written by GenerateDatadogClient from the integration catalogue.

/// How a connection authenticates at Amazon Web Services.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum AWSCredentials: APIValue {
    /// A role to assume; AWS keeps the secret, so there is none here.
    case assumeRole(AWSAssumeRole)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .assumeRole: "AWSAssumeRole"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "AWSAssumeRole": self = .assumeRole(try AWSAssumeRole(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .assumeRole(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// A role to assume; AWS keeps the secret, so there is none here.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AWSAssumeRole: APIValue {
    /// The value of `type` on the wire.
    public static let type = "AWSAssumeRole"

    /// AWS account that holds the role, 12 digits.
    public var accountID: String
    /// External ID that the role's trust policy must ask for; issued by the server.
    public internal(set) var externalID: String?
    /// AWS account that assumes the role; issued by the server.
    public internal(set) var principalID: String?
    /// Name of the role to assume.
    public var role: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - accountID: AWS account that holds the role, 12 digits.
    ///   - role: Name of the role to assume.
    public init(accountID: String, role: String) {
        self.accountID = accountID
        self.role = role
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        accountID = try json.text("account_id")
        externalID = try json.optionalText("external_id")
        principalID = try json.optionalText("principal_id")
        role = try json.text("role")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("account_id", accountID)
            $0.add("external_id", externalID)
            $0.add("principal_id", principalID)
            $0.add("role", role)
        }
    }
}

/// Changes to how a connection authenticates at Amazon Web Services.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum AWSCredentialsUpdate: APIValue {
    /// A role to assume; AWS keeps the secret, so there is none here.
    case assumeRole(AWSAssumeRoleUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .assumeRole: "AWSAssumeRole"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "AWSAssumeRole": self = .assumeRole(try AWSAssumeRoleUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .assumeRole(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `AWSAssumeRole`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AWSAssumeRoleUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "AWSAssumeRole"

    /// AWS account that holds the role, 12 digits.
    public var accountID: String?
    /// true issues a new one.
    public var generateNewExternalID: Bool?
    /// Name of the role to assume.
    public var role: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - accountID: AWS account that holds the role, 12 digits.
    ///   - generateNewExternalID: true issues a new one.
    ///   - role: Name of the role to assume.
    public init(accountID: String? = nil, generateNewExternalID: Bool? = nil, role: String? = nil) {
        self.accountID = accountID
        self.generateNewExternalID = generateNewExternalID
        self.role = role
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        accountID = try json.optionalText("account_id")
        generateNewExternalID = try json.optionalFlag("generate_new_external_id")
        role = try json.optionalText("role")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("account_id", accountID)
            $0.add("generate_new_external_id", generateNewExternalID)
            $0.add("role", role)
        }
    }
}
