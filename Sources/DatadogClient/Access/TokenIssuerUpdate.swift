/// Changes to an issuer; what is `nil` stays as it is. Keyway's own.
public struct TokenIssuerUpdate: APIValue {
    /// Another URL, exactly as tokens have it in `iss`.
    public var issuer: String?
    /// Another audience, which ends with the organisation's id.
    public var audience: String?
    /// All mappings that the issuer is to have; the first that fits a token counts.
    public var mappings: [TokenIssuer.Mapping]?

    /// Puts changes together.
    ///
    /// - Parameters:
    ///   - issuer: Another URL.
    ///   - audience: Another audience.
    ///   - mappings: All mappings that the issuer is to have.
    public init(issuer: String? = nil, audience: String? = nil, mappings: [TokenIssuer.Mapping]? = nil) {
        self.issuer = issuer
        self.audience = audience
        self.mappings = mappings
    }

    /// Reads changes from their `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            issuer = try attributes.optionalText("issuer")
            audience = try attributes.optionalText("audience")
            mappings = try attributes.optionalValues("mappings")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(TokenIssuer.type, secrets: secrets) {
            $0.add("issuer", issuer)
            $0.add("audience", audience)
            $0.add("mappings", mappings)
        }
    }
}
