/// The result of a test of a connection's credentials.
public struct ConnectionTest: APIValue, Identifiable {
    /// The third party's verdict on the credentials.
    public enum Result: APIValue {
        /// It takes them.
        case valid
        /// It does not take them.
        case invalid
        /// It takes them, and they may not do what the test does.
        case validButForbidden
        /// It has had too many requests: nothing is known.
        case throttled
        /// It was not reached: nothing is known.
        case unreachable
        /// A result that this version does not know.
        case unknown(UnknownValue)

        /// Reads a result from its JSON.
        ///
        /// - Parameter json: The value as the API has it.
        public init(json: JSONValue) {
            switch json.text {
            case "valid": self = .valid
            case "invalid": self = .invalid
            case "valid_but_forbidden": self = .validButForbidden
            case "throttled": self = .throttled
            case "unreachable": self = .unreachable
            default: self = .unknown(UnknownValue(json: json))
            }
        }

        /// The value as the API has it.
        ///
        /// - Parameter secrets: Makes no difference.
        /// - Returns: The JSON.
        public func json(secrets: SecretVisibility) -> JSONValue {
            switch self {
            case .valid: "valid"
            case .invalid: "invalid"
            case .validButForbidden: "valid_but_forbidden"
            case .throttled: "throttled"
            case .unreachable: "unreachable"
            case .unknown(let value): value.raw
            }
        }
    }

    /// The id of the connection.
    public let id: String
    /// The third party's verdict on the credentials.
    public let result: Result
    /// The third party's HTTP status, if it responded.
    public let status: Int?
    /// How long the test took, in milliseconds.
    public let milliseconds: Int?
    /// Advice, where the result is not `valid`.
    public let hint: String?

    /// Reads a value from the `data` object of a response.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            result = Result(json: try attributes.member("result", "a string"))
            status = try attributes.optionalInteger("status")
            milliseconds = try attributes.optionalInteger("milliseconds")
            hint = try attributes.optionalText("hint")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document("connection_test", id: id, secrets: secrets) {
            $0.add("result", result)
            $0.add("status", status)
            $0.add("milliseconds", milliseconds)
            $0.add("hint", hint)
        }
    }
}
