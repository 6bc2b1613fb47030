/// A valid API key as the server describes it.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct ValidatedAPIKey: APIValue, Identifiable {
    /// The id of the organisation, a UUID.
    public let id: String
    /// The id of the key, which is not the key.
    public let apiKeyID: String
    /// The scopes of the key.
    public let scopes: [String]?
    /// Whether the key is valid.
    public let isValid: Bool?

    static let type = "validate_v2"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            apiKeyID = try attributes.text("api_key_id")
            scopes = try attributes.optionalTexts("api_key_scopes")
            isValid = try attributes.optionalFlag("valid")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("api_key_id", apiKeyID)
            $0.add("api_key_scopes", scopes)
            $0.add("valid", isValid)
        }
    }
}
