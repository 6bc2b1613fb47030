/// Changes to a connection; what is `nil` stays as it is.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public struct ConnectionUpdate: APIValue {
    /// A new name.
    public var name: String?
    /// Changes to the integration: it must be the one that the connection has.
    public var integration: IntegrationUpdate?
    /// New tags, instead of all present ones.
    public var tags: [String]?

    /// Describes changes.
    ///
    /// - Parameters:
    ///   - name: A new name.
    ///   - integration: Changes to the integration: it must be the one that the connection has.
    ///   - tags: New tags, instead of all present ones.
    public init(name: String? = nil, integration: IntegrationUpdate? = nil, tags: [String]? = nil) {
        self.name = name
        self.integration = integration
        self.tags = tags
    }

    /// Reads changes from their `data` object.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            name = try attributes.optionalText("name")
            integration = try attributes.optionalValue("integration")
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
