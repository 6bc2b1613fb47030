/// An event source of Amazon EventBridge.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct EventBridgeSource: Sendable, Hashable {
    /// The number of the AWS account.
    public let accountID: String
    /// The whole name: what was given, a hyphen, and what was assigned.
    public let name: String
    /// The source's region.
    public let region: String
}

/// An event source of Amazon EventBridge that is to be added or removed.
struct EventBridgeRequest: APIValue {
    static let type = "event_bridge"

    let accountID: String
    let name: String
    let region: String
    var createsBus: Bool?

    init(accountID: String, name: String, region: String, createsBus: Bool? = nil) {
        self.accountID = accountID
        self.name = name
        self.region = region
        self.createsBus = createsBus
    }

    init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        accountID = try attributes.text("account_id")
        name = try attributes.text("event_generator_name")
        region = try attributes.text("region")
        createsBus = try attributes.optionalFlag("create_event_bus")
    }

    func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, secrets: secrets) {
            $0.add("account_id", accountID)
            $0.add("create_event_bus", createsBus)
            $0.add("event_generator_name", name)
            $0.add("region", region)
        }
    }
}

extension AWSAccountOperations {
    private static let eventBridge = ["v2", "integration", "aws", "event_bridge"]

    /// Lists the event sources of Amazon EventBridge, ordered by account.
    ///
    /// - Returns: The event sources of all accounts.
    /// - Throws: ``DatadogError``: those of any operation.
    public func eventBridgeSources() async throws -> [EventBridgeSource] {
        try await requester.read(Operation("GET", Self.eventBridge)) { json throws(JSONMismatch) in
            let attributes = try json.member("data", "an object").member("attributes", "an object")
            var sources: [EventBridgeSource] = []
            for account in attributes["accounts"]?.elements ?? [] {
                let accountID = try account.text("account_id")
                for source in account["event_hubs"]?.elements ?? [] {
                    let (name, region) = (try source.text("name"), try source.text("region"))
                    sources.append(EventBridgeSource(accountID: accountID, name: name, region: region))
                }
            }
            return sources
        }
    }

    /// Adds an event source of Amazon EventBridge.
    ///
    /// - Parameters:
    ///   - name: The first part of its name; the second is assigned.
    ///   - accountID: The number of the AWS account.
    ///   - region: Its region.
    ///   - createsBus: Whether an event bus is wanted, too.
    /// - Returns: The source with its whole name.
    /// - Throws: ``DatadogError``: `conflict` if the account has one of that name there, `invalid` with all errors, and
    ///   those of any operation.
    public func addEventBridgeSource(
        named name: String,
        to accountID: String,
        in region: String,
        createsBus: Bool? = nil
    ) async throws -> EventBridgeSource {
        let request = EventBridgeRequest(accountID: accountID, name: name, region: region, createsBus: createsBus)
        return try await requester.read(Operation("POST", Self.eventBridge, body: request)) {
            json throws(JSONMismatch) in
            let attributes = try json.member("data", "an object").member("attributes", "an object")
            return EventBridgeSource(
                accountID: accountID,
                name: try attributes.text("event_source_name"),
                region: try attributes.text("region")
            )
        }
    }

    /// Removes an event source of Amazon EventBridge.
    ///
    /// - Parameter source: The source, with its whole name.
    /// - Throws: ``DatadogError``: `invalid` if there is none such, and those of any operation.
    public func removeEventBridgeSource(_ source: EventBridgeSource) async throws {
        let request = EventBridgeRequest(accountID: source.accountID, name: source.name, region: source.region)
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.eventBridge, body: request))
    }
}
