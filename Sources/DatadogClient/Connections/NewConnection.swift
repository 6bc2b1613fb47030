/// A connection to be created.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct NewConnection: APIValue {
    /// The name. Several connections may have the same.
    public var name: String
    /// The system, and how to authenticate there, with all secrets.
    public var integration: Integration
    /// Tags, each a `key:value` pair.
    public var tags: [String]?

    /// Describes a connection.
    ///
    /// - Parameters:
    ///   - name: The name. Several connections may have the same.
    ///   - integration: The system, and how to authenticate there, with all secrets.
    ///   - tags: Tags, each a `key:value` pair.
    public init(name: String, integration: Integration, tags: [String]? = nil) {
        self.name = name
        self.integration = integration
        self.tags = tags
    }

    /// Reads a description from its `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
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
        .document(Connection.type, secrets: secrets) {
            $0.add("integration", integration)
            $0.add("name", name)
            $0.add("tags", tags)
        }
    }
}
