/// The request that an act would send, its secrets masked.
public struct ActPlan: APIValue {
    /// A header that would be sent.
    public struct Header: APIValue {
        /// Its name.
        public let name: String
        /// Its value, masked where it is secret.
        public let value: String

        /// Reads a header from its JSON.
        ///
        /// - Parameter json: The object.
        /// - Throws: ``JSONMismatch`` if a member is missing, or is not what it should be.
        public init(json: JSONValue) throws(JSONMismatch) {
            name = try json.text("name")
            value = try json.text("value")
        }

        /// The value as the API has it.
        ///
        /// - Parameter secrets: Makes no difference.
        /// - Returns: The JSON.
        public func json(secrets: SecretVisibility) -> JSONValue {
            ["name": .string(name), "value": .string(value)]
        }
    }

    /// The method.
    public let method: String
    /// The whole URL.
    public let url: String
    /// All headers but those that every HTTP request has.
    public let headers: [Header]
    /// How long the body would be.
    public let bodyBytes: Int?
    /// The rule that decides on it; `nil` if there are no rules, or if they are only observed.
    public let rule: String?
    /// The effect of that rule.
    public let effect: ActRuleEffect?

    /// Reads a plan from the `data` object of a response.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            method = try attributes.text("method")
            url = try attributes.text("url")
            headers = try attributes.optionalValues("headers") ?? []
            bodyBytes = try attributes.optionalInteger("body_bytes")
            rule = try attributes.optionalText("rule")
            effect = try attributes.optionalMember("effect").map(ActRuleEffect.init(json:))
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document("act_plan", secrets: secrets) {
            $0.add("method", method)
            $0.add("url", url)
            $0.add("headers", headers)
            $0.add("body_bytes", bodyBytes)
            $0.add("rule", rule)
            $0.add("effect", effect)
        }
    }
}
