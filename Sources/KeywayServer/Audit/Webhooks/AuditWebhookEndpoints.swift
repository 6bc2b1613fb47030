import Access
import ActService
import Documents
import HTTPServer
import Storage

/// The webhooks to which an organisation has its audit events sent.
struct AuditWebhookEndpoints: Sendable {
    let store: any PublicDocuments & AuditStore & AuditWebhookStore
    let writer: DocumentWriter
    let identifiers: IdentifierGenerator
    /// Whether a receiver may be reached by plain HTTP.
    let allowsPlaintext: Bool

    private static let notFound = APIError(404, "There is no such webhook.", at: .parameter("audit_webhook_id"))
    /// The webhooks that an organisation may have.
    private static let webhooksAtMost = 20

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Audit",
            at: "/api/v2/audit/webhooks",
            errors: .objects,
            guarding: .principal(anyOf: [.auditWebhooksManage], registered: false),
            missing: "There is no such webhook"
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListAuditWebhooks",
                "List the webhooks that audit events are sent to, ordered by name",
                query: .page,
                responses: [.ok("A page of webhooks", "AuditWebhookList")],
                .search(list)
            ),
            group.endpoint(
                .post,
                "",
                "CreateAuditWebhook",
                "Have audit events sent to a URL, from now on",
                request: "AuditWebhookCreate",
                responses: [
                    .created("The webhook, without its secret", "AuditWebhook"),
                    .error(409, "The organisation has a webhook of this name"),
                ],
                .change(create)
            ),
            group.endpoint(
                .get,
                "/{audit_webhook_id}",
                "GetAuditWebhook",
                "Get a webhook, and how far it has received the audit log",
                responses: [.ok("The webhook, without its secret", "AuditWebhook")],
                .lookup(get)
            ),
            group.endpoint(
                .patch,
                "/{audit_webhook_id}",
                "UpdateAuditWebhook",
                "Change a webhook; another URL needs the secret again",
                request: "AuditWebhookUpdate",
                responses: [
                    .ok("The webhook, without its secret", "AuditWebhook"),
                    .error(409, "The organisation has a webhook of this name"),
                ],
                .change(update)
            ),
            group.endpoint(
                .delete,
                "/{audit_webhook_id}",
                "DeleteAuditWebhook",
                "Delete a webhook: nothing is sent to it any more",
                responses: [.empty("Deleted")],
                .change(delete)
            ),
        ]
    }

    // MARK: Reading

    private func list(_ call: Call) throws -> Response {
        let (page, next) = try call.page(try call.query()) { page in
            try store.documents(
                .auditWebhook,
                in: call.principal.organization,
                matching: DocumentFilter(),
                page: page
            )
        }
        return .page(page.elements, total: page.total, totalFiltered: page.totalFiltered, next: next)
    }

    private func get(_ call: Call) throws -> Response {
        let organization = call.principal.organization
        let id = try call.identifier("audit_webhook_id", or: Self.notFound)
        guard let document = try store.document(.auditWebhook, id, in: organization),
            let webhook = try store.auditWebhooks().first(where: { $0.id == id && $0.organization == organization })
        else { throw Self.notFound }
        let newest = try store.newestAuditLine(in: organization)?.sequence ?? 0
        var writer = JSONWriter(capacity: document.count + 96)
        writer.write(raw: "{\"data\":")
        writer.write(raw: document)
        writer.write(raw: ",\"meta\":")
        writer.write(["delivered_sequence": .integer(webhook.delivered), "newest_sequence": .integer(newest)])
        writer.write(raw: "}")
        return Response(.jsonAPI, writer.bytes)
    }

    // MARK: Writing

    private func create(_ call: Call) async throws -> Response {
        let organization = call.principal.organization
        let id = identifiers.next()
        let draft = try await writer.create(call, id: id) { _ in "" }
        try check(draft, call)
        let few = Page(size: 1, number: 0)
        let count = try store.documents(.auditWebhook, in: organization, matching: DocumentFilter(), page: few).total
        guard count < Self.webhooksAtMost else {
            throw APIError(400, "The organisation has \(Self.webhooksAtMost) webhooks, the most it may have.")
        }
        // What happened before is not sent; the event of this creation is.
        let newest = try store.newestAuditLine(in: organization)?.sequence ?? 0
        let beginning = Mutation.noteDelivery(to: id, organization: organization, sequence: newest)
        try await writer.commit(draft, and: [beginning], requiring: call.isStillAllowed, by: call)
            .requireCommitted(duplicate: Self.taken)
        return .document(JSONWriter.bytes(of: draft.document), status: 201)
    }

    private static let taken = APIError(
        409,
        "/data/attributes/name is that of another webhook of the organisation.",
        at: .pointer("/data/attributes/name")
    )

    private func update(_ call: Call) async throws -> Response {
        let id = try call.identifier("audit_webhook_id", or: Self.notFound)
        guard let draft = try await writer.draft(updating: id, by: call, issue: { _ in "" }) else {
            throw Self.notFound
        }
        try check(draft, call)
        try await writer.commit(draft, requiring: call.isStillAllowed, by: call)
            .requireCommitted(or: Self.notFound, duplicate: Self.taken)
        return .document(JSONWriter.bytes(of: draft.document))
    }

    /// Refuses a webhook that could not be sent to, or that would show its maker more than they may see.
    private func check(_ draft: DocumentWriter.Draft, _ call: Call) throws {
        guard call.principal.permissions.contains(.auditLogsRead) else {
            throw APIError(403, "A webhook shows the audit log: its maker needs the permission audit_logs_read.")
        }
        var problems: [Problem] = []
        let url = draft.document["attributes"]?["url"]?.text?.string ?? ""
        if !allowsPlaintext, !url.lowercased().utf8.starts(with: "https://".utf8) {
            problems.append(Problem(pointer: "/data/attributes/url", detail: "must be an https:// URL"))
        }
        let secretPointer = "/data/attributes/\(AuditWebhook.secretField)"
        if let secret = draft.secrets.first(where: { $0.address == AuditWebhook.secretField }),
            WebhookSignature(secret.value) == nil
        {
            let detail = "must be whsec_ and 24 to 64 random bytes in base64"
            problems.append(Problem(pointer: secretPointer, detail: detail))
        }
        if draft.sendsKeptSecretsElsewhere {
            problems.append(Problem(pointer: secretPointer, detail: "must be sent again with another url"))
        }
        guard problems.isEmpty else { throw InvalidDocument(problems) }
    }

    private func delete(_ call: Call) async throws -> Response {
        let id = try call.identifier("audit_webhook_id", or: Self.notFound)
        guard try await writer.delete(id, call) else { throw Self.notFound }
        return .noContent
    }
}
