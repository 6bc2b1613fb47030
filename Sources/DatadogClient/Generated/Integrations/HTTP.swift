// Written by GenerateDatadogClient from the integration catalogue.

/// The HTTP integration of a connection.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPIntegration: APIValue {
    /// The value of `type` on the wire.
    public static let type = "HTTP"

    /// URL that the paths of requests are joined to.
    public var baseURL: String
    /// How to authenticate at HTTP.
    public var credentials: HTTPCredentials

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - baseURL: URL that the paths of requests are joined to.
    ///   - credentials: How to authenticate at HTTP.
    public init(baseURL: String, credentials: HTTPCredentials) {
        self.baseURL = baseURL
        self.credentials = credentials
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        baseURL = try json.text("base_url")
        credentials = try json.value("credentials")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("base_url", baseURL)
            $0.add("credentials", credentials)
        }
    }
}

/// How a connection authenticates at HTTP.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum HTTPCredentials: APIValue {
    /// Named tokens, which headers, URL parameters and body refer to as {{ name }}.
    case tokenAuth(HTTPTokenAuth)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .tokenAuth: "HTTPTokenAuth"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "HTTPTokenAuth": self = .tokenAuth(try HTTPTokenAuth(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .tokenAuth(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Named tokens, which headers, URL parameters and body refer to as {{ name }}.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPTokenAuth: APIValue {
    /// The value of `type` on the wire.
    public static let type = "HTTPTokenAuth"

    /// Body sent with each request.
    public var body: HTTPBody?
    /// Headers sent with each request.
    public var headers: [HTTPHeader]?
    /// Secrets that placeholders refer to by name.
    public var tokens: [HTTPToken]?
    /// Query parameters added to each request.
    public var urlParameters: [HTTPURLParameter]?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - body: Body sent with each request.
    ///   - headers: Headers sent with each request.
    ///   - tokens: Secrets that placeholders refer to by name.
    ///   - urlParameters: Query parameters added to each request.
    public init(
        body: HTTPBody? = nil,
        headers: [HTTPHeader]? = nil,
        tokens: [HTTPToken]? = nil,
        urlParameters: [HTTPURLParameter]? = nil
    ) {
        self.body = body
        self.headers = headers
        self.tokens = tokens
        self.urlParameters = urlParameters
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        body = try json.optionalValue("body")
        headers = try json.optionalValues("headers")
        tokens = try json.optionalValues("tokens")
        urlParameters = try json.optionalValues("url_parameters")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("body", body)
            $0.add("headers", headers)
            $0.add("tokens", tokens)
            $0.add("url_parameters", urlParameters)
        }
    }
}

/// Body sent with each request.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPBody: APIValue {
    /// The body itself, as text.
    public var content: String?
    /// Media type of the body.
    public var contentType: String?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - content: The body itself, as text.
    ///   - contentType: Media type of the body.
    public init(content: String? = nil, contentType: String? = nil) {
        self.content = content
        self.contentType = contentType
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        content = try json.optionalText("content")
        contentType = try json.optionalText("content_type")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("content", content)
            $0.add("content_type", contentType)
        }
    }
}

/// One of: headers sent with each request.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPHeader: APIValue {
    /// Name, by which updates find it.
    public var name: String
    /// Value of the header; may hold placeholders.
    public var value: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - name: Name, by which updates find it.
    ///   - value: Value of the header; may hold placeholders.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("name")
        value = try json.text("value")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("name", name)
            $0.add("value", value)
        }
    }
}

/// One of: secrets that placeholders refer to by name.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPToken: APIValue {
    /// Name, by which updates find it.
    public var name: String
    /// Kind of the token.
    public var type: HTTPTokenType
    /// The token itself; empty in responses.
    public var value: Secret

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - name: Name, by which updates find it.
    ///   - type: Kind of the token.
    ///   - value: The token itself; empty in responses.
    public init(name: String, type: HTTPTokenType = .secret, value: Secret) {
        self.name = name
        self.type = type
        self.value = value
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("name")
        type = try json.value("type")
        value = try json.secret("value")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("name", name)
            $0.add("type", type)
            $0.add("value", value)
        }
    }
}

/// Kind of the token.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum HTTPTokenType: APIValue {
    /// `SECRET`.
    case secret
    /// A value that this version does not know.
    case unknown(UnknownValue)

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    public init(json: JSONValue) {
        switch json.text {
        case "SECRET": self = .secret
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .secret: "SECRET"
        case .unknown(let value): value.raw
        }
    }
}

/// One of: query parameters added to each request.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPURLParameter: APIValue {
    /// Name, by which updates find it.
    public var name: String
    /// Value of the parameter; may hold placeholders.
    public var value: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - name: Name, by which updates find it.
    ///   - value: Value of the parameter; may hold placeholders.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("name")
        value = try json.text("value")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("name", name)
            $0.add("value", value)
        }
    }
}

/// Changes to the HTTP integration of a connection; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPIntegrationUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "HTTP"

    /// URL that the paths of requests are joined to.
    public var baseURL: String?
    /// How to authenticate at HTTP.
    public var credentials: HTTPCredentialsUpdate?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - baseURL: URL that the paths of requests are joined to.
    ///   - credentials: How to authenticate at HTTP.
    public init(baseURL: String? = nil, credentials: HTTPCredentialsUpdate? = nil) {
        self.baseURL = baseURL
        self.credentials = credentials
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        baseURL = try json.optionalText("base_url")
        credentials = try json.optionalValue("credentials")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("base_url", baseURL)
            $0.add("credentials", credentials)
        }
    }
}

/// Changes to how a connection authenticates at HTTP.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum HTTPCredentialsUpdate: APIValue {
    /// Named tokens, which headers, URL parameters and body refer to as {{ name }}.
    case tokenAuth(HTTPTokenAuthUpdate)
    /// Credentials of a type that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .tokenAuth: "HTTPTokenAuth"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "HTTPTokenAuth": self = .tokenAuth(try HTTPTokenAuthUpdate(json: json))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .tokenAuth(let value): value.json(secrets: secrets)
        case .unknown(let value): value.raw
        }
    }
}

/// Changes to credentials of type `HTTPTokenAuth`; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPTokenAuthUpdate: APIValue {
    /// The value of `type` on the wire.
    public static let type = "HTTPTokenAuth"

    /// Body sent with each request; replaced as a whole, and removed by an empty one.
    public var body: HTTPBody?
    /// Headers sent with each request; merged by name.
    public var headers: [HTTPHeaderUpdate]?
    /// Secrets that placeholders refer to by name; merged by name.
    public var tokens: [HTTPTokenUpdate]?
    /// Query parameters added to each request; merged by name.
    public var urlParameters: [HTTPURLParameterUpdate]?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - body: Body sent with each request; replaced as a whole, and removed by an empty one.
    ///   - headers: Headers sent with each request; merged by name.
    ///   - tokens: Secrets that placeholders refer to by name; merged by name.
    ///   - urlParameters: Query parameters added to each request; merged by name.
    public init(
        body: HTTPBody? = nil,
        headers: [HTTPHeaderUpdate]? = nil,
        tokens: [HTTPTokenUpdate]? = nil,
        urlParameters: [HTTPURLParameterUpdate]? = nil
    ) {
        self.body = body
        self.headers = headers
        self.tokens = tokens
        self.urlParameters = urlParameters
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        body = try json.optionalValue("body")
        headers = try json.optionalValues("headers")
        tokens = try json.optionalValues("tokens")
        urlParameters = try json.optionalValues("url_parameters")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("type", Self.type)
            $0.add("body", body)
            $0.add("headers", headers)
            $0.add("tokens", tokens)
            $0.add("url_parameters", urlParameters)
        }
    }
}

/// A change to one of: headers sent with each request. An entry of a new name is added.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPHeaderUpdate: APIValue {
    /// Name, by which updates find it.
    public var name: String
    /// Value of the header; may hold placeholders.
    public var value: String?
    /// `true` removes the entry of this name.
    public var deleted: Bool?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - name: Name, by which updates find it.
    ///   - value: Value of the header; may hold placeholders.
    ///   - deleted: `true` removes the entry of this name.
    public init(name: String, value: String? = nil, deleted: Bool? = nil) {
        self.name = name
        self.value = value
        self.deleted = deleted
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("name")
        value = try json.optionalText("value")
        deleted = try json.optionalFlag("deleted")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("name", name)
            $0.add("value", value)
            $0.add("deleted", deleted)
        }
    }
}

/// A change to one of: secrets that placeholders refer to by name. An entry of a new name is added.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPTokenUpdate: APIValue {
    /// Name, by which updates find it.
    public var name: String
    /// Kind of the token.
    public var type: HTTPTokenType
    /// The token itself.
    public var value: Secret?
    /// `true` removes the entry of this name.
    public var deleted: Bool?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - name: Name, by which updates find it.
    ///   - type: Kind of the token.
    ///   - value: The token itself.
    ///   - deleted: `true` removes the entry of this name.
    public init(name: String, type: HTTPTokenType = .secret, value: Secret? = nil, deleted: Bool? = nil) {
        self.name = name
        self.type = type
        self.value = value
        self.deleted = deleted
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("name")
        type = try json.value("type")
        value = try json.optionalSecret("value")
        deleted = try json.optionalFlag("deleted")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("name", name)
            $0.add("type", type)
            $0.add("value", value ?? (deleted == true ? Secret("") : nil))
            $0.add("deleted", deleted)
        }
    }
}

/// A change to one of: query parameters added to each request. An entry of a new name is added.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct HTTPURLParameterUpdate: APIValue {
    /// Name, by which updates find it.
    public var name: String
    /// Value of the parameter; may hold placeholders.
    public var value: String?
    /// `true` removes the entry of this name.
    public var deleted: Bool?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - name: Name, by which updates find it.
    ///   - value: Value of the parameter; may hold placeholders.
    ///   - deleted: `true` removes the entry of this name.
    public init(name: String, value: String? = nil, deleted: Bool? = nil) {
        self.name = name
        self.value = value
        self.deleted = deleted
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("name")
        value = try json.optionalText("value")
        deleted = try json.optionalFlag("deleted")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("name", name)
            $0.add("value", value)
            $0.add("deleted", deleted)
        }
    }
}
