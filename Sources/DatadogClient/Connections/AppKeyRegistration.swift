/// The registration of an application key, without which it may not be used on connections.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct AppKeyRegistration: APIValue, Identifiable {
    /// The id of the application key, a UUID.
    public let id: String

    /// Reads a registration from the `data` object of a response.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if it has no id.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        ["id": .string(id), "type": "app_key_registration"]
    }
}
