/// The settings of a connection: where and how acts go, and what may be done. They are replaced as a whole.
///
/// A member that is `nil` or empty is as it is without settings.
public struct ConnectionSettings: APIValue {
    /// The id of the connection that they belong to.
    public let id: String?
    /// The URL that paths are joined to, instead of the integration's own.
    public var baseURL: String?
    /// Whether the host may be one that is not the integration's own.
    public var customDomain: Bool?
    /// Whether Keyway follows redirects of GET and HEAD to other hosts, without credentials.
    public var followRedirects: Bool?
    /// Whether the headers of a trace are passed on to the third party.
    public var passTraceContext: Bool?
    /// The path of the request that a test sends.
    public var probePath: String?
    /// Whether rules are enforced, or only observed.
    public var mode: ActRuleMode?
    /// The acts that are allowed; where there are rules, nothing else is.
    public var rules: [ActRule]?
    /// How many acts may go on at once.
    public var concurrency: Int?
    /// How many acts may begin in a second.
    public var rate: Int?
    /// How many seconds a response may take to begin, and between two pieces of it.
    public var timeout: Int?
    /// The settings that this integration alone has, such as `api_version` or `region`.
    public var others: JSONObject

    static let type = "connection_settings"
    private static let names: Set = [
        "base_url", "custom_domain", "follow_redirects", "pass_trace_context", "probe_path", "mode", "rules",
        "concurrency", "rate", "timeout",
    ]

    /// Describes settings.
    ///
    /// - Parameters:
    ///   - baseURL: The URL that paths are joined to, instead of the integration's own.
    ///   - customDomain: Whether the host may be one that is not the integration's own.
    ///   - followRedirects: Whether Keyway follows redirects of GET and HEAD to other hosts, without credentials.
    ///   - passTraceContext: Whether the headers of a trace are passed on to the third party.
    ///   - probePath: The path of the request that a test sends.
    ///   - mode: Whether rules are enforced, or only observed.
    ///   - rules: What may be done; where there are rules, nothing else may.
    ///   - concurrency: How many acts may go on at once.
    ///   - rate: How many acts may begin in a second.
    ///   - timeout: How many seconds a response may take to begin, and between two pieces of it.
    ///   - others: The settings that this integration alone has.
    public init(
        baseURL: String? = nil,
        customDomain: Bool? = nil,
        followRedirects: Bool? = nil,
        passTraceContext: Bool? = nil,
        probePath: String? = nil,
        mode: ActRuleMode? = nil,
        rules: [ActRule]? = nil,
        concurrency: Int? = nil,
        rate: Int? = nil,
        timeout: Int? = nil,
        others: JSONObject = JSONObject()
    ) {
        id = nil
        self.baseURL = baseURL
        self.customDomain = customDomain
        self.followRedirects = followRedirects
        self.passTraceContext = passTraceContext
        self.probePath = probePath
        self.mode = mode
        self.rules = rules
        self.concurrency = concurrency
        self.rate = rate
        self.timeout = timeout
        self.others = others
    }

    /// Reads settings from their `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.optionalText("id")
        let attributes = try json.member("attributes", "an object")
        guard case .object(let object) = attributes else {
            throw JSONMismatch(expected: "an object", found: attributes).inside("attributes")
        }
        do {
            baseURL = try attributes.optionalText("base_url")
            customDomain = try attributes.optionalFlag("custom_domain")
            followRedirects = try attributes.optionalFlag("follow_redirects")
            passTraceContext = try attributes.optionalFlag("pass_trace_context")
            probePath = try attributes.optionalText("probe_path")
            mode = try attributes.optionalMember("mode").map(ActRuleMode.init(json:))
            rules = try attributes.optionalValues("rules")
            concurrency = try attributes.optionalInteger("concurrency")
            rate = try attributes.optionalInteger("rate")
            timeout = try attributes.optionalInteger("timeout")
        } catch {
            throw error.inside("attributes")
        }
        others = JSONObject(object.members.filter { !Self.names.contains($0.name) })
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference: settings hold none.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            for member in others.members { $0.add(member.name, json: member.value) }
            $0.add("base_url", baseURL)
            $0.add("custom_domain", customDomain)
            $0.add("follow_redirects", followRedirects)
            $0.add("pass_trace_context", passTraceContext)
            $0.add("probe_path", probePath)
            $0.add("mode", mode)
            $0.add("rules", rules)
            $0.add("concurrency", concurrency)
            $0.add("rate", rate)
            $0.add("timeout", timeout)
        }
    }
}
