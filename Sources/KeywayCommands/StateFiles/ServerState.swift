import DatadogClient
import Documents
import JSONReading

/// The document that a state file describes.
struct DocumentReference: Sendable {
    let kind: StateKind
    let id: Identifier
}

/// A server's document, in the form of a state file.
struct ServerDocument: Sendable {
    let kind: StateKind
    let json: DatadogClient.JSONValue

    /// The same for comparing.
    ///
    /// - Throws: ``InvalidDocument`` if this version does not understand it.
    func understood() throws -> StateDocument {
        try StateDocument(JSONReader.read([UInt8](json.data)))
    }

    /// The same for a file.
    ///
    /// - Throws: ``CommandError`` if its id is none.
    func exported() throws(CommandError) -> ExportedDocument {
        guard let id = json["data"]?["id"]?.text.flatMap({ Identifier($0) }),
            let document = try? JSONReader.read([UInt8](json.data))
        else { throw CommandError(.protocol, "the server returned a document without an id") }
        let attributes = document["data"]?["attributes"] ?? .null
        return ExportedDocument(
            kind: kind,
            id: id,
            key: kind.key(of: attributes),
            slug: kind.slug(of: attributes),
            text: DocumentText.json(json)
        )
    }
}

extension ServerDocument {
    init(_ connection: Connection) {
        kind = .connection
        json = ["data": connection.json]
    }

    /// - Parameters:
    ///   - account: The account.
    ///   - config: Where its cost and usage reports lie, if that was said.
    init(_ account: AWSAccount, _ config: CCMConfig?) {
        kind = .awsAccount
        let document = account.json.withoutTimes
        json = config.map { ["data": document, "included": [$0.json]] } ?? ["data": document]
    }
}

extension ServerDocument {
    init(_ issuer: TokenIssuer) {
        kind = .tokenIssuer
        json = ["data": issuer.json]
    }
}

extension DatadogClient.JSONValue {
    /// An AWS account without the times of its making and its last change, which say nothing that a file should bring
    /// about.
    fileprivate var withoutTimes: Self {
        guard case .object(var document) = self, case .object(var attributes)? = document["attributes"],
            let index = document.members.firstIndex(where: { $0.name == "attributes" })
        else { return self }
        attributes.members.removeAll { ["created_at", "modified_at"].contains($0.name) }
        document.members[index].value = .object(attributes)
        return .object(document)
    }
}

extension ClientSession {
    /// Documents that a list did not have and the server has: each is looked at again by its id, before its file is
    /// removed or it is made a second time. A list is read in parts, and may change meanwhile.
    func overlooked(_ documents: [DocumentReference], by list: [ServerDocument]) async throws -> [ServerDocument] {
        let listed = Set(list.compactMap { $0.json["data"]?["id"]?.text })
        return try await perform("Looking again for documents that the list did not have") {
            var found: [ServerDocument] = []
            for document in documents where !listed.contains(document.id.description) {
                if let document = try await self.document(document) { found.append(document) }
            }
            return found
        }
    }

    /// The document of an id, or `nil` if there is none.
    private func document(_ reference: DocumentReference) async throws -> ServerDocument? {
        let id = reference.id.description
        do {
            switch reference.kind {
            case .connection: return ServerDocument(try await client.connections.get(id))
            case .awsAccount:
                let account = try await client.awsAccounts.get(id)
                return ServerDocument(account, try await config(of: account))
            case .tokenIssuer: return ServerDocument(try await client.tokenIssuers.get(id))
            }
        } catch let error as DatadogError where error.code == .notFound {
            return nil
        }
    }

    /// Where an account's cost and usage reports lie, if that was said.
    private func config(of account: AWSAccount) async throws -> CCMConfig? {
        do {
            return try await client.ccmConfigs.get(for: account.id)
        } catch let error as DatadogError where error.code == .notFound {
            return nil
        }
    }

    /// The issuers whose tokens stand for service accounts; none where the caller may not manage them, or the server
    /// knows of none.
    private func tokenIssuers() async throws -> [TokenIssuer] {
        do {
            var issuers: [TokenIssuer] = []
            for try await issuer in client.tokenIssuers.all() { issuers.append(issuer) }
            return issuers
        } catch let error as DatadogError where error.code == .notFound || error.code == .forbidden {
            return []
        }
    }

    /// All that state files can describe: connections by name, AWS accounts by number, then token issuers by URL.
    func serverDocuments() async throws -> [ServerDocument] {
        let connections = try await collect("Listing connections", client.connections.all(), limit: nil)
        let accounts = try await perform("Listing AWS accounts") { try await client.awsAccounts.list() }
        let configs = try await perform("Getting where cost reports lie") {
            var configs: [AWSAccount.ID: CCMConfig] = [:]
            for account in accounts { configs[account.id] = try await config(of: account) }
            return configs
        }
        let issuers = try await perform("Listing token issuers") { try await tokenIssuers() }
        return connections.map { ServerDocument($0) }
            + accounts.sorted { $0.accountID < $1.accountID }.map { ServerDocument($0, configs[$0.id]) }
            + issuers.map { ServerDocument($0) }
    }
}
