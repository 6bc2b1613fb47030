import Access
import ActService
import Connections
import Documents
import HTTPServer
import JSONReading
import Storage

/// Creates, changes and deletes connections.
struct ConnectionWriter: Sendable {
    let access: ConnectionAccess
    let writer: DocumentWriter
    let documents: any PublicDocuments
    let identifiers: IdentifierGenerator
    let usability: UsabilityCheck
    let guards: GuardCheck
    /// The AWS account that AWS connections are told to trust.
    let awsPrincipalID: String

    func create(_ call: Call) async throws -> Response {
        let draft = try await writer.create(call, id: identifiers.next(), issue: issue)
        try usability.check(draft, settings: nil, sentBy: try call.json())
        try await writer.commit(draft, by: call).requireCommitted()
        return .document(draft.record.document, status: 201)
    }

    func update(_ call: Call) async throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 400)
        // A caller who may not change the connection learns nothing about errors in the body.
        try access.require(.editor, on: id, for: call.principal)
        let updated = try await writer.update(id, call, issue: issue, destination: destination) { draft in
            // The policy of now: one that comes after it makes the commit a conflict.
            try access.require(.editor, on: id, for: call.principal)
            try checkDestination(of: draft, for: call.principal)
            let settings = try settings(of: id, in: call.principal.organization)
            let loosened = guards.loosened(
                from: .init(document: draft.previous ?? draft.document, settings: settings),
                to: .init(document: draft.document, settings: settings),
                id
            )
            try GuardCheck.require(loosening: loosened, by: call.principal)
            try usability.check(draft, settings: settings, sentBy: try call.json())
            return []
        }
        guard let updated else { throw APIError.noConnection }
        return .document(updated.record.document)
    }

    func delete(_ call: Call) async throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 404)
        let connection = try access.require(.editor, on: id, for: call.principal)
        try await writer.delete(id, expecting: connection.revision, call).requireCommitted(or: .noConnection)
        return .noContent
    }

    /// Where the secrets of a connection's document go: its settings may have a say.
    private func destination(of document: JSONValue, _ id: Identifier, in organization: Identifier) throws
        -> DocumentDestination
    {
        DocumentSchema.connectionDestination(document: document, settings: try settings(of: id, in: organization))
    }

    private func settings(of id: Identifier, in organization: Identifier) throws -> JSONValue? {
        try documents.document(.connectionSettings, id, in: organization).map(JSONReader.read)
    }

    /// Refuses to send stored secrets where they were not meant to go.
    private func checkDestination(of draft: DocumentWriter.Draft, for principal: Principal) throws {
        guard draft.sendsKeptSecretsElsewhere, let (old, new) = draft.destinations else { return }
        guard !principal.permissions.contains(.connectionsRedirect) else { return }
        throw APIError(
            403,
            new.parts.filter { !old.parts.contains($0) }.map { part in
                APIError.Issue(
                    detail: """
                        \(part.pointer) decides where this connection's secrets are sent. To change it, send every \
                        secret again, or use a key with the permission connections_redirect.
                        """,
                    source: .pointer(part.pointer)
                )
            }
        )
    }

    private func issue(_ field: String) -> String {
        field == "principal_id" ? awsPrincipalID : ExternalID.issue()
    }
}
