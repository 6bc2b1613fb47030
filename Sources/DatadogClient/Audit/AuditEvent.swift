/// An event of the audit log: what was done, by whom, to what.
///
/// Source: the Audit API, https://docs.datadoghq.com/api/latest/audit/
public struct AuditEvent: APIValue, Identifiable {
    /// The event's id: from Keyway, the SHA-256 of the event as it is stored.
    public let id: String
    /// When it was noted.
    public let timestamp: Timestamp?
    /// The service that recorded the event.
    public let service: String?
    /// The event in a line for people.
    public let message: String?
    /// Tags.
    public let tags: [String]?
    /// All that a search calls `@…`: `evt`, `asset`, `usr` and others.
    public let attributes: JSONValue

    /// The action, such as `connection.act`.
    public var action: String? { attributes["evt"]?["name"]?.text }
    /// How it went: `success`, `failure`, or `pending` where that is yet to come.
    public var outcome: String? { attributes["evt"]?["outcome"]?.text }
    /// The type of what it was done to, such as `action_connection`.
    public var assetType: String? { attributes["asset"]?["type"]?.text }
    /// The id of what it was done to.
    public var assetID: String? { attributes["asset"]?["id"]?.text }
    /// The id of who did it.
    public var userID: String? { attributes["usr"]?["id"]?.text }

    /// Reads an event from its JSON.
    ///
    /// - Parameter json: An element of the `data` array.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            timestamp = try attributes.optionalTimestamp("timestamp")
            service = try attributes.optionalText("service")
            message = try attributes.optionalText("message")
            tags = try attributes.optionalTexts("tags")
            self.attributes = try attributes.optionalMember("attributes") ?? [:]
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference: events hold none.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document("audit", id: id, secrets: secrets) {
            $0.add("timestamp", timestamp)
            $0.add("service", service)
            $0.add("message", message)
            $0.add("tags", tags)
            $0.add("attributes", json: attributes)
        }
    }
}
