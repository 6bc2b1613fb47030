import Access
import ActService
import Connections
import Documents
import HTTPServer
import Secrets
import Storage

/// The tokens that act through connections, and do nothing else.
struct ActTokenEndpoints: Sendable {
    let store: any AccessStore & ChangeStore
    let access: ConnectionAccess
    let keys: ActTokenKeys
    let identifiers: IdentifierGenerator
    private let revoked = RevokedTokens()

    static let path = "/api/v2/actions/act_tokens"
    private static let notFound = APIError(404, "There is no such act token.", at: .parameter("act_token_id"))

    init(
        store: any AccessStore & ChangeStore,
        access: ConnectionAccess,
        keys: ActTokenKeys,
        identifiers: IdentifierGenerator
    ) {
        self.store = store
        self.access = access
        self.keys = keys
        self.identifiers = identifiers
    }

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Acting",
            at: Self.path,
            errors: .objects,
            guarding: .principal(anyOf: [.connectionsResolve], registered: false),
            missing: "There is no such token"
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListActTokens",
                "List act tokens that have not expired: the caller's own, or with org_app_keys_read all",
                by: [.connectionsResolve, .orgAppKeysRead],
                query: .page,
                responses: [.ok("A page of tokens", "ActTokenList")],
                .search(list)
            ),
            group.endpoint(
                .post,
                "",
                "CreateActToken",
                "Create a token that acts through some connections; no later response shows it",
                guarding: .principal(anyOf: [.connectionsResolve], registered: true),
                request: "ActTokenCreate",
                responses: [.created("The token", "ActTokenCreated")],
                .change(create)
            ),
            group.endpoint(
                .get,
                "/{act_token_id}",
                "GetActToken",
                "Get an act token, without its text",
                by: [.connectionsResolve, .orgAppKeysRead],
                responses: [.ok("The token", "ActToken")],
                .lookup(get)
            ),
            group.endpoint(
                .delete,
                "/{act_token_id}",
                "RevokeActToken",
                "Revoke an act token; acts under way go on",
                by: [.connectionsResolve, .orgAppKeysWrite],
                responses: [.empty("Revoked")],
                .change(revoke)
            ),
        ]
    }

    // MARK: Reading

    private func list(_ call: Call) throws -> Response {
        let owner = call.principal.permissions.contains(.orgAppKeysRead) ? nil : call.principal.user
        let (tokens, next) = try call.page(try call.query()) {
            try store.actTokens(in: call.principal.organization, owner: owner, goodAt: .now, page: $0)
        }
        return .page(
            tokens.elements.map { JSONWriter.bytes(of: ActToken.resource.json(of: $0)) },
            total: tokens.total,
            totalFiltered: tokens.totalFiltered,
            next: next
        )
    }

    private func get(_ call: Call) throws -> Response {
        .document(JSONWriter.bytes(of: ActToken.resource.json(of: try token(call, others: .orgAppKeysRead))))
    }

    /// The token that the call is about, if it has not expired; `permission` is needed for another user's.
    private func token(_ call: Call, others permission: Permission) throws -> ActToken {
        let id = try call.identifier("act_token_id", or: Self.notFound)
        guard let token = try store.actToken(id, in: call.principal.organization), token.isGood(at: .now) else {
            throw Self.notFound
        }
        guard token.owner == call.principal.user || call.principal.permissions.contains(permission) else {
            throw APIError(403, "Other users' tokens need the permission \(permission.rawValue).")
        }
        return token
    }

    // MARK: Writing

    private func create(_ call: Call) async throws -> Response {
        let id = identifiers.next()
        let document = try DocumentSchema.actToken.create(try call.json(), id: id) { $0 }.document
        let attributes = document["attributes"] ?? [:]
        let limits = ActToken.Limits(
            connections: attributes["connections"]?.texts?.compactMap { Identifier($0) } ?? [],
            methods: attributes["methods"]?.texts,
            paths: attributes["paths"]?.texts,
            actsAtMost: attributes["acts"]?.wholeNumber
        )
        try requireConnections(limits.connections, call)
        let text = TokenText.new(.act, id)
        let now = Timestamp.now
        let seconds = attributes["lifetime"]?.wholeNumber ?? 0
        let token = ActToken(
            id: id,
            organization: call.principal.organization,
            owner: call.principal.user,
            source: ActToken.Source(call.principal.proof),
            name: attributes["name"]?.text?.string,
            digest: KeyDigest(of: text),
            limits: limits,
            createdAt: now,
            expiresAt: Timestamp(microseconds: now.microseconds + seconds * 1_000_000)
        )
        if let limit = call.principal.expiresAt, token.expiresAt > limit {
            let detail = "must end before \(limit.description), when the token of this request expires"
            throw InvalidDocument([Problem(pointer: "/data/attributes/lifetime", detail: detail)])
        }
        try await keys.prepare()
        let secret = try keys.secretAccessKey(of: id)
        let change = call.change(
            [.createActToken(token)],
            events: call.event("act_token.create", on: "act_tokens", id, details: token.details)
        )
        try await store.commit(change).requireCommitted()
        let created = ActToken.createdResource(showing: text, secret.withBytes { String(decoding: $0, as: UTF8.self) })
        return .document(JSONWriter.bytes(of: created.json(of: token)), status: 201)
    }

    /// Refuses connections that the caller can't act through now. Rights are looked at again at each act.
    private func requireConnections(_ ids: [Identifier], _ call: Call) throws {
        var problems: [Problem] = []
        for (index, id) in ids.enumerated() {
            do {
                try access.require(.resolver, on: id, for: call.principal)
            } catch let error as AccessError {
                let detail =
                    switch error {
                    case .noConnection: "is the id of no connection in your organisation"
                    case .restricted: "is a connection whose restriction policy does not let you act through it"
                    }
                problems.append(Problem(pointer: "/data/attributes/connections/\(index)", detail: detail))
            }
        }
        guard problems.isEmpty else { throw InvalidDocument(problems) }
    }

    private func revoke(_ call: Call) async throws -> Response {
        let id = try call.identifier("act_token_id", or: Self.notFound)
        if revoked.contains(id, of: call.principal.organization) { return .noContent }
        let token = try token(call, others: .orgAppKeysWrite)
        let change = call.change(
            [.deleteActToken(token.id, organization: token.organization)],
            events: call.event("act_token.revoke", on: "act_tokens", token.id, details: token.details)
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
        revoked.note(id, of: token.organization)
        return .noContent
    }
}

extension JSONValue {
    /// The texts of a list.
    fileprivate var texts: [String]? {
        guard case .array(let elements) = self else { return nil }
        return elements.compactMap { $0.text?.string }
    }
}
