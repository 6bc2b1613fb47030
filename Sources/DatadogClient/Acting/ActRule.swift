/// The treatment of acts that a connection's rules don't allow.
public enum ActRuleMode: APIValue {
    /// They are refused.
    case enforce
    /// They are logged, and go on.
    case observe
    /// A mode that this version does not know.
    case unknown(UnknownValue)

    /// Reads a mode from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    public init(json: JSONValue) {
        switch json.text {
        case "enforce": self = .enforce
        case "observe": self = .observe
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .enforce: "enforce"
        case .observe: "observe"
        case .unknown(let value): value.raw
        }
    }
}

/// The effect of a rule on the acts that match it.
public enum ActRuleEffect: APIValue {
    /// They may be done. What is sent has to be spelled as the rule has it.
    case allow
    /// They may not be done. Every reading that a server may have of a request counts.
    case deny
    /// An effect that this version does not know.
    case unknown(UnknownValue)

    /// Reads an effect from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    public init(json: JSONValue) {
        switch json.text {
        case "allow": self = .allow
        case "deny": self = .deny
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .allow: "allow"
        case .deny: "deny"
        case .unknown(let value): value.raw
        }
    }
}

/// A rule of a connection: it decides on acts that match all its parts, if no rule before it does.
public struct ActRule: APIValue {
    /// A member of a JSON body, and the values that it may have.
    public struct Condition: APIValue {
        /// Where the member stands, as RFC 6901 has it.
        public var pointer: String
        /// Strings, numbers and booleans that it may be.
        public var values: [JSONValue]

        /// Describes a condition.
        ///
        /// - Parameters:
        ///   - pointer: Where the member stands, as RFC 6901 has it.
        ///   - values: Strings, numbers and booleans that it may be.
        public init(pointer: String, values: [JSONValue]) {
            self.pointer = pointer
            self.values = values
        }

        /// Reads a condition from its JSON.
        ///
        /// - Parameter json: The object.
        /// - Throws: ``JSONMismatch`` if a member is missing, or is not what it should be.
        public init(json: JSONValue) throws(JSONMismatch) {
            pointer = try json.text("pointer")
            let member = try json.member("values", "an array")
            guard let elements = member.elements else {
                throw JSONMismatch(expected: "an array", found: member).inside("values")
            }
            values = elements
        }

        /// The value as the API has it.
        ///
        /// - Parameter secrets: Makes no difference.
        /// - Returns: The JSON.
        public func json(secrets: SecretVisibility) -> JSONValue {
            ["pointer": .string(pointer), "values": .array(values)]
        }
    }

    /// Its name, which the audit log has.
    public var name: String
    /// Its effect; ``ActRuleEffect/allow`` if it is `nil`.
    public var effect: ActRuleEffect?
    /// The callers that it applies to, each as `user:ID`, `role:ID` or `org:ID`; everyone if it is `nil`.
    public var principals: [String]?
    /// The methods that it is for; all if it is `nil`.
    public var methods: [String]?
    /// The paths that it is for: `*` stands for one segment, `**` at the end for any rest.
    public var paths: [String]
    /// Members of a JSON body that must all be there.
    public var body: [Condition]?

    /// Describes a rule.
    ///
    /// - Parameters:
    ///   - name: Its name, which the audit log has.
    ///   - effect: Its effect; ``ActRuleEffect/allow`` if it is `nil`.
    ///   - principals: Who it is for, each as `user:ID`, `role:ID` or `org:ID`; everyone if it is `nil`.
    ///   - methods: The methods that it is for; all if it is `nil`.
    ///   - paths: The paths that it is for: `*` stands for one segment, `**` at the end for any rest.
    ///   - body: Members of a JSON body that must all be there.
    public init(
        name: String,
        effect: ActRuleEffect? = nil,
        principals: [String]? = nil,
        methods: [String]? = nil,
        paths: [String],
        body: [Condition]? = nil
    ) {
        self.name = name
        self.effect = effect
        self.principals = principals
        self.methods = methods
        self.paths = paths
        self.body = body
    }

    /// Reads a rule from its JSON.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        name = try json.text("name")
        effect = try json.optionalMember("effect").map(ActRuleEffect.init(json:))
        principals = try json.optionalTexts("principals")
        methods = try json.optionalTexts("methods")
        paths = try json.optionalTexts("paths") ?? []
        body = try json.optionalValues("body")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("name", name)
            $0.add("effect", effect)
            $0.add("principals", principals)
            $0.add("methods", methods)
            $0.add("paths", paths)
            $0.add("body", body)
        }
    }
}
