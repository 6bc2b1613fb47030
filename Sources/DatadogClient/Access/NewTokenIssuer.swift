/// An issuer of tokens to be named. Keyway's own.
public struct NewTokenIssuer: APIValue {
    /// The URL of the issuer, exactly as its tokens have it in `iss`.
    public var issuer: String
    /// The audience that its tokens must have, which ends with the organisation's id; assigned if it is `nil`.
    public var audience: String?
    /// The mappings; the first that fits a token counts.
    public var mappings: [TokenIssuer.Mapping]

    /// Describes an issuer.
    ///
    /// - Parameters:
    ///   - issuer: The URL of the issuer.
    ///   - audience: The audience that its tokens must have; assigned if it is `nil`.
    ///   - mappings: The mappings.
    public init(issuer: String, audience: String? = nil, mappings: [TokenIssuer.Mapping]) {
        self.issuer = issuer
        self.audience = audience
        self.mappings = mappings
    }

    /// Reads an issuer from its `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            issuer = try attributes.text("issuer")
            audience = try attributes.optionalText("audience")
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
        .document(TokenIssuer.type, secrets: secrets) {
            $0.add("issuer", issuer)
            $0.add("audience", audience)
            $0.add("mappings", mappings)
        }
    }
}
