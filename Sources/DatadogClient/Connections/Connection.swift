/// A connection: the credentials through which actions reach a third-party system.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct Connection: APIValue, Identifiable {
    /// A UUID, issued when the connection is created.
    public let id: String
    /// The name. Several connections may have the same.
    public var name: String
    /// The system, and how to authenticate there. Secrets are empty.
    public var integration: Integration
    /// Tags, each a `key:value` pair; `nil` if the response has none.
    public var tags: [String]?

    static let type = "action_connection"

    /// Reads a connection from the `data` object of a response.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.text("name")
            integration = try attributes.value("integration")
            tags = try attributes.optionalTexts("tags")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("integration", integration)
            $0.add("name", name)
            $0.add("tags", tags)
        }
    }
}
