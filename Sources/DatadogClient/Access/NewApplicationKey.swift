/// An application key to be created.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct NewApplicationKey: APIValue {
    /// The name.
    public var name: String
    /// The permissions that the key is limited to; `nil` for all of its owner's.
    public var scopes: [String]?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - scopes: The permissions that the key is limited to; `nil` for all of its owner's.
    public init(name: String, scopes: [String]? = nil) {
        self.name = name
        self.scopes = scopes
    }

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            scopes = try attributes.optionalTexts("scopes")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(ApplicationKey.type, secrets: secrets) {
            $0.add("name", name)
            $0.add("scopes", scopes)
        }
    }
}
