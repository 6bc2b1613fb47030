/// A list of who may do what with one resource, where that is less than permissions allow.
///
/// Source: the Restriction Policies API, https://docs.datadoghq.com/api/latest/restriction-policies/
public struct RestrictionPolicy: APIValue, Identifiable {
    /// A resource that has a policy: `connection:` with the connection's id behind it. Keyway knows no others.
    public struct Resource: Sendable, Hashable, RawRepresentable {
        /// The resource as the API has it.
        public let rawValue: String

        /// Keeps a resource as the API has it.
        ///
        /// - Parameter rawValue: Its type, a colon and its id.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A connection.
        ///
        /// - Parameter id: Its id.
        /// - Returns: The resource.
        public static func connection(_ id: Connection.ID) -> Resource { Resource(rawValue: "connection:\(id)") }
    }

    /// A level of access to a connection; each implies those before it.
    public enum Relation: APIValue {
        /// To read it, its settings and its policy.
        case viewer
        /// To act through it.
        case resolver
        /// To change and delete it, its settings and its policy.
        case editor
        /// A relation that this version does not know.
        case unknown(UnknownValue)

        /// Reads a relation from its JSON.
        ///
        /// - Parameter json: The value as the API has it.
        public init(json: JSONValue) {
            switch json.text {
            case "viewer": self = .viewer
            case "resolver": self = .resolver
            case "editor": self = .editor
            default: self = .unknown(UnknownValue(json: json))
            }
        }

        /// The value as the API has it.
        ///
        /// - Parameter secrets: Makes no difference.
        /// - Returns: The JSON.
        public func json(secrets: SecretVisibility) -> JSONValue {
            switch self {
            case .viewer: "viewer"
            case .resolver: "resolver"
            case .editor: "editor"
            case .unknown(let value): value.raw
            }
        }
    }

    /// A relation, and who has it.
    public struct Binding: APIValue {
        /// The relation.
        public var relation: Relation
        /// The holders of the relation, each as `user:ID`, `role:ID` or `org:ID`.
        public var principals: [String]

        /// Binds principals.
        ///
        /// - Parameters:
        ///   - relation: The relation.
        ///   - principals: Who has it, each as `user:ID`, `role:ID` or `org:ID`.
        public init(_ relation: Relation, _ principals: [String]) {
            self.relation = relation
            self.principals = principals
        }

        /// Reads a binding from its JSON.
        ///
        /// - Parameter json: The object.
        /// - Throws: ``JSONMismatch`` if a member is missing, or is not what it should be.
        public init(json: JSONValue) throws(JSONMismatch) {
            relation = Relation(json: try json.member("relation", "a string"))
            principals = try json.optionalTexts("principals") ?? []
        }

        /// The value as the API has it.
        ///
        /// - Parameter secrets: Makes no difference.
        /// - Returns: The JSON.
        public func json(secrets: SecretVisibility) -> JSONValue {
            .object(secrets: secrets) {
                $0.add("relation", relation)
                $0.add("principals", principals)
            }
        }
    }

    /// The resource, as ``Resource`` writes it.
    public let id: String
    /// The relations and their holders. Without any, permissions alone decide.
    public var bindings: [Binding]

    /// Describes a policy.
    ///
    /// - Parameters:
    ///   - resource: The resource.
    ///   - bindings: Who has which relation.
    public init(of resource: Resource, bindings: [Binding]) {
        id = resource.rawValue
        self.bindings = bindings
    }

    /// Reads a policy from its `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            bindings = try attributes.optionalValues("bindings") ?? []
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document("restriction_policy", id: id, secrets: secrets) { $0.add("bindings", bindings) }
    }
}
