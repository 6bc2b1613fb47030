/// An OpenID Connect issuer whose tokens stand for service accounts. Keyway's own.
public struct TokenIssuer: APIValue, Identifiable {
    /// A claim that a token must have.
    public struct Claim: APIValue, Hashable {
        /// The name of the claim, or a JSON pointer to it, which begins with a slash.
        public var name: String
        /// The value of the claim; with a final `*`, its beginning.
        public var value: String

        /// Describes a claim.
        ///
        /// - Parameters:
        ///   - name: The name of the claim, or a JSON pointer to it.
        ///   - value: The value of the claim; with a final `*`, its beginning.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        /// Reads a claim from its JSON.
        ///
        /// - Parameter json: The object.
        /// - Throws: ``JSONMismatch`` if a member is missing, or is not what it should be.
        public init(json: JSONValue) throws(JSONMismatch) {
            name = try json.text("claim")
            value = try json.text("value")
        }

        /// The value as the API has it.
        ///
        /// - Parameter secrets: Makes no difference.
        /// - Returns: The JSON.
        public func json(secrets: SecretVisibility) -> JSONValue {
            ["claim": .string(name), "value": .string(value)]
        }
    }

    /// Workloads, and the service account that they act as.
    public struct Mapping: APIValue {
        /// The id of the service account.
        public var serviceAccountID: User.ID
        /// The claims that a token must have, all of them.
        public var claims: [Claim]
        /// The permissions that tokens get of the service account's; all if it is `nil`.
        public var scopes: [String]?
        /// How long a token lives, in seconds; 900 if it is `nil`.
        public var lifetime: Int?

        /// Maps workloads.
        ///
        /// - Parameters:
        ///   - serviceAccountID: The id of the service account.
        ///   - claims: The claims that a token must have, all of them.
        ///   - scopes: The permissions that tokens get of the service account's.
        ///   - lifetime: How long a token lives, in seconds.
        public init(serviceAccountID: User.ID, claims: [Claim], scopes: [String]? = nil, lifetime: Int? = nil) {
            self.serviceAccountID = serviceAccountID
            self.claims = claims
            self.scopes = scopes
            self.lifetime = lifetime
        }

        /// Reads a mapping from its JSON.
        ///
        /// - Parameter json: The object.
        /// - Throws: ``JSONMismatch`` if a member is missing, or is not what it should be.
        public init(json: JSONValue) throws(JSONMismatch) {
            serviceAccountID = try json.text("service_account_id")
            claims = try json.optionalValues("claims") ?? []
            scopes = try json.optionalTexts("scopes")
            lifetime = try json.optionalInteger("lifetime")
        }

        /// The value as the API has it.
        ///
        /// - Parameter secrets: Makes no difference.
        /// - Returns: The JSON.
        public func json(secrets: SecretVisibility) -> JSONValue {
            .object(secrets: secrets) {
                $0.add("service_account_id", serviceAccountID)
                $0.add("claims", claims)
                $0.add("scopes", scopes)
                $0.add("lifetime", lifetime)
            }
        }
    }

    /// A UUID.
    public let id: String
    /// The URL of the issuer, as its tokens have it.
    public let issuer: String
    /// The audience that its tokens must have.
    public let audience: String
    /// The mappings; the first that fits a token counts.
    public let mappings: [Mapping]

    static let type = "token_issuers"

    /// Reads an issuer from its `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            issuer = try attributes.text("issuer")
            audience = try attributes.text("audience")
            mappings = try attributes.optionalValues("mappings") ?? []
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("issuer", issuer)
            $0.add("audience", audience)
            $0.add("mappings", mappings)
        }
    }
}
