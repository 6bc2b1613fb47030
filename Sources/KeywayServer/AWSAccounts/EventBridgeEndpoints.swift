import AWSAccounts
import Access
import Documents
import HTTPServer
import JSONReading
import Storage

/// Event sources of Amazon EventBridge, as both versions of the AWS Integration API have them.
///
/// They are configuration: nothing is created at AWS, where only partners make event sources.
struct EventBridgeEndpoints: Sendable {
    /// The shapes that requests and responses have in a version of the API.
    private enum Version: Sendable {
        /// Members alone, in an object.
        case first
        /// JSON:API.
        case second
    }

    let documents: any PublicDocuments
    let writer: DocumentWriter
    let identifiers: IdentifierGenerator

    var all: [Endpoint] {
        endpoints(.second, at: AWSAccountEndpoints.path, .jsonAPI)
            + endpoints(.first, at: "/api/v1/integration/aws", .json, suffix: "V1")
    }

    /// - Parameters:
    ///   - version: The version of the API.
    ///   - prefix: The beginning of its paths.
    ///   - mediaType: Its media type.
    ///   - suffix: The end of the names of its operations and schemas.
    /// - Returns: The endpoints of that version.
    private func endpoints(
        _ version: Version,
        at prefix: String,
        _ mediaType: MediaType,
        suffix: String = ""
    ) -> [Endpoint] {
        let group = EndpointGroup(
            "AWS Integration",
            at: "\(prefix)/event_bridge",
            errors: .strings(mediaType),
            guarding: .principal(anyOf: [.manageIntegrations], registered: false)
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListAWSEventBridgeSources\(suffix)",
                "List the event sources of Amazon EventBridge, by account",
                by: [.integrationsRead],
                responses: [.ok("The event sources", "EventBridgeList\(suffix)")],
                .search { try list($0, version) }
            ),
            group.endpoint(
                .post,
                "",
                "CreateAWSEventBridgeSource\(suffix)",
                "Add an event source of Amazon EventBridge to the configuration",
                request: "EventBridgeCreate\(suffix)",
                responses: [
                    .ok("The event source, with its whole name", "EventBridge\(suffix)"),
                    .error(409, "The account has such an event source already"),
                ],
                .change { try await create($0, version) }
            ),
            group.endpoint(
                .delete,
                "",
                "DeleteAWSEventBridgeSource\(suffix)",
                "Remove an event source of Amazon EventBridge from the configuration",
                request: "EventBridgeDelete\(suffix)",
                responses: [
                    .ok("Removed", "EventBridgeDeletion\(suffix)"),
                    .error(400, "The body is not valid, or there is no such event source"),
                ],
                .change { try await delete($0, version) }
            ),
        ]
    }

    // MARK: Handlers

    private func list(_ call: Call, _ version: Version) throws -> Response {
        let organization = call.principal.organization
        let stored = try documents.documents(.eventBridge, in: organization, matching: DocumentFilter(), page: nil)
        var accounts: [(number: String, sources: [EventBridgeSource])] = []
        for document in stored.elements {
            guard let source = EventBridgeSource(try JSONReader.read(document)["attributes"]) else { continue }
            // The list is ordered by account.
            if accounts.last?.number != source.account { accounts.append((source.account, [])) }
            accounts[accounts.count - 1].sources.append(source)
        }
        let answered = try accounts.map { account -> JSONValue in
            let sources = account.sources.map { source -> JSONValue in
                ["name": .string(source.name), "region": .string(source.region)]
            }
            let tags = try tags(ofAccount: account.number, in: organization)
            return version == .first
                ? ["accountId": .string(account.number), "eventHubs": .array(sources), "tags": tags]
                : ["account_id": .string(account.number), "event_hubs": .array(sources), "tags": tags]
        }
        let isInstalled = JSONValue.boolean(!accounts.isEmpty)
        switch version {
        case .first:
            return Response(.json, JSONWriter.bytes(of: ["accounts": .array(answered), "isInstalled": isInstalled]))
        case .second:
            return answer(["accounts": .array(answered), "is_installed": isInstalled], id: "get_event_bridge", version)
        }
    }

    /// The tags of the account's configuration, if it has one.
    private func tags(ofAccount number: String, in organization: Identifier) throws -> JSONValue {
        let filter = DocumentFilter(name: number)
        let found = try documents.documents(.awsAccount, in: organization, matching: filter, page: nil).elements.first
        return try found.flatMap { try JSONReader.read($0)["attributes"]?["account_tags"] } ?? []
    }

    private func create(_ call: Call, _ version: Version) async throws -> Response {
        let suffix = String(ExternalID.issue().prefix(8))
        let draft = try await reading(version) {
            try await writer.create(try body(of: call, version), id: identifiers.next(), by: call) { _ in suffix }
        }
        guard let source = EventBridgeSource(draft.document["attributes"]) else { throw APIError.refusedIssue }
        let taken = APIError(409, "The account has an event source of this name in this region already.")
        try await writer.commit(draft, by: call).requireCommitted(duplicate: taken)
        let attributes: JSONValue = [
            "event_source_name": .string(source.name), "has_bus": .boolean(source.hasBus),
            "region": .string(source.region), "status": "created",
        ]
        return answer(attributes, id: draft.record.id.description, version)
    }

    private func delete(_ call: Call, _ version: Version) async throws -> Response {
        let named = try await reading(version) {
            try DocumentSchema.eventBridgeDeletion.create(try body(of: call, version), id: identifiers.next()) { $0 }
        }
        let id = try source(named.document["attributes"], in: call.principal.organization)
        guard let id, try await writer.delete(id, call) else {
            throw APIError(400, "The account has no event source of this name in this region.")
        }
        return answer(["status": "empty"], id: id.description, version)
    }

    /// The id of the source that a body names.
    private func source(_ attributes: JSONValue?, in organization: Identifier) throws -> Identifier? {
        guard let account = attributes?["account_id"]?.text?.string, let region = attributes?["region"]?.text?.string,
            let name = attributes?["event_generator_name"]?.text?.string,
            let generatorName = EventBridgeSource.generatorName(of: name)
        else { return nil }
        let key = EventBridgeSource.key(account: account, region: region, generatorName: generatorName)
        let filter = DocumentFilter(name: key)
        let found = try documents.documents(.eventBridge, in: organization, matching: filter, page: nil)
        guard let document = try found.elements.first.map({ try JSONReader.read($0) }),
            EventBridgeSource(document["attributes"])?.name == name
        else { return nil }
        return document["id"]?.text.flatMap { Identifier($0.string) }
    }

    // MARK: The two versions

    /// The body as the second version has it.
    private func body(of call: Call, _ version: Version) throws -> JSONValue {
        let body = try call.json()
        return version == .first ? ["data": ["type": "event_bridge", "attributes": body]] : body
    }

    /// Reads a body, with the places of errors as the version has them: the first version's lie elsewhere.
    private func reading<Result>(_ version: Version, _ read: () async throws -> Result) async throws -> Result {
        do {
            return try await read()
        } catch let error as InvalidDocument where version == .first {
            let prefix = "/data/attributes"
            throw InvalidDocument(
                error.problems.map { problem in
                    let pointer =
                        problem.pointer.hasPrefix(prefix)
                        ? String(problem.pointer.dropFirst(prefix.count)) : problem.pointer
                    return Problem(pointer: pointer, detail: problem.detail)
                }
            )
        }
    }

    private func answer(_ attributes: JSONValue, id: String, _ version: Version) -> Response {
        switch version {
        case .first: Response(.json, JSONWriter.bytes(of: attributes))
        case .second:
            .document(
                JSONWriter.bytes(of: ["id": .string(id), "type": "event_bridge", "attributes": attributes])
            )
        }
    }
}
