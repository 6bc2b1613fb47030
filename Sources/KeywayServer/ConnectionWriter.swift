import Access
import Connections
import Documents
import HTTPServer
import JSONReading
import Secrets
import Storage
import Vault

/// Creates, changes and deletes connections: the one place where secrets are sealed.
struct ConnectionWriter: Sendable {
    let store: any ConnectionDocuments & SealedSecretStore & ChangeStore
    let vault: Vault
    let identifiers: IdentifierGenerator
    /// The AWS account that AWS connections are told to trust.
    let awsPrincipalID: String
    let vaultTimings: Histogram

    private static let schema = DocumentSchema.connection
    /// The version of the rules by which documents are rendered here.
    private static let documentVersion = 1

    func create(_ call: Call) async throws -> Response {
        let id = identifiers.next()
        let parted = try Self.schema.create(try call.json(), id: id, issue: issue)
        let sealed: SealedSecrets?
        if parted.secrets.isEmpty {
            sealed = nil
        } else {
            sealed = try vaultTimings.time {
                try vault.seal(
                    parted.secrets.map { ($0.address, $0.value) },
                    organization: call.principal.organization,
                    record: id,
                    destination: Self.schema.destination(of: parted.document).text
                )
            }
        }
        let record = record(id, parted.document, organization: call.principal.organization, owner: call.principal.user)
        let change = Change(
            [.createConnection(record, sealed: sealed)],
            event: call.event("connection.create", on: Self.schema.type, id)
        )
        guard try await store.commit(change) == .committed else {
            throw APIError(500, "The server issued an id twice. Nothing was stored; send the request again.")
        }
        return .document(record.document, status: 201)
    }

    func update(_ call: Call) async throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 400)
        let body = try call.json()
        // Each round that ends in a conflict is one in which another update came through.
        while true {
            guard let (record, change) = try updating(id, with: body, for: call) else { throw APIError.noConnection }
            switch try await store.commit(change) {
            case .committed: return .document(record.document)
            case .missing: throw APIError.noConnection
            case .conflict: continue
            }
        }
    }

    func delete(_ call: Call) async throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 404)
        let change = Change(
            [.deleteConnection(id, organization: call.principal.organization)],
            event: call.event("connection.delete", on: Self.schema.type, id)
        )
        guard try await store.commit(change) == .committed else { throw APIError.noConnection }
        return .noContent
    }

    /// The change that an update comes to, from what is stored at this moment; `nil` if nothing is.
    private func updating(_ id: Identifier, with body: JSONValue, for call: Call) throws -> (ConnectionRecord, Change)?
    {
        let organization = call.principal.organization
        guard
            let stored = try store.connection(id, in: organization),
            let (revision, sealed) = try store.sealedSecrets(ofConnection: id, in: organization)
        else { return nil }
        let current = try JSONReader.read(stored.record.document)
        let parted = try Self.schema.update(body, id: id, of: current, issue: issue)
        let old = Self.schema.destination(of: current)
        let new = Self.schema.destination(of: parted.document)
        if old != new, !parted.keptSecrets.isEmpty, !call.principal.permissions.contains(.connectionsRedirect) {
            throw APIError.redirection(from: old, to: new)
        }
        let resealed: SealedSecrets?
        if parted.secrets.isEmpty, parted.keptSecrets.isEmpty {
            resealed = nil
        } else if let sealed, old == new, parted.secrets.isEmpty,
            try vault.fields(of: sealed).allSatisfy(parted.keptSecrets.contains)
        {
            resealed = sealed
        } else {
            resealed = try vaultTimings.time {
                try vault.update(
                    sealed,
                    setting: parted.secrets.map { ($0.address, $0.value) },
                    keeping: Set(parted.keptSecrets),
                    organization: organization,
                    record: id,
                    from: old.text,
                    to: new.text
                )
            }
        }
        let record = record(id, parted.document, organization: organization, owner: stored.record.owner)
        // If the two reads met different revisions, the older of them makes the commit a conflict.
        let change = Change(
            [.updateConnection(record, expecting: min(stored.revision, revision), sealed: resealed)],
            event: call.event("connection.update", on: Self.schema.type, id)
        )
        return (record, change)
    }

    private func record(
        _ id: Identifier,
        _ document: JSONValue,
        organization: Identifier,
        owner: Identifier
    ) -> ConnectionRecord {
        let attributes = document["attributes"]
        return ConnectionRecord(
            id: id,
            organization: organization,
            owner: owner,
            name: attributes?["name"]?.text?.string ?? "",
            integration: attributes?["integration"]?["type"]?.text?.string ?? "",
            document: JSONWriter.bytes(of: document),
            documentVersion: Self.documentVersion
        )
    }

    private func issue(_ field: String) -> String {
        field == "principal_id" ? awsPrincipalID : ExternalID.issue()
    }
}

/// What AWS roles ask for before they let themselves be assumed: 128 random bits.
enum ExternalID {
    /// 32 lower-case hexadecimal digits.
    static func issue() -> String {
        Identifier(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
            .description.filter { $0 != "-" }
    }
}

extension APIError {
    /// Stored secrets would go where they were not meant to go.
    fileprivate static func redirection(from old: DocumentDestination, to new: DocumentDestination) -> APIError {
        let changed = new.parts.filter { !old.parts.contains($0) }
        return APIError(
            403,
            changed.map { part in
                Fault(
                    detail: """
                        \(part.pointer) decides where this connection's secrets are sent. To change it, send every \
                        secret again, or use a key with the permission connections_redirect.
                        """,
                    source: .pointer(part.pointer)
                )
            }
        )
    }
}
