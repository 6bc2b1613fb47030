import Access
import ActService
import Acting
import Connections
import Documents
import ForwardProxy
import HTTPServer
import Storage

/// The sessions of the forward proxy: each has an authority for the hosts of some connections, in the memory of this
/// process.
struct ProxySessionEndpoints: Sendable {
    let store: any ChangeStore
    let acts: ConnectionActs
    let sessions: ServedProxySessions
    let identifiers: IdentifierGenerator

    static let path = "/api/v2/actions/proxy_sessions"
    private static let notFound = APIError(
        404,
        "This server has no such session: it has ended, is another credential's, or is another node's.",
        at: .parameter("proxy_session_id")
    )

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Acting",
            at: Self.path,
            errors: .objects,
            guarding: .principal(anyOf: [.connectionsResolve], registered: true),
            missing: "There is no such session"
        )
        return [
            group.endpoint(
                .post,
                "",
                "CreateProxySession",
                "Open a session of the forward proxy: the hosts of some connections, and a certificate authority for them",
                request: "ProxySessionCreate",
                responses: [
                    .created("The session", "ProxySession"),
                    .error(409, "There is no forward proxy, or the connections have no hosts that it opens"),
                ],
                .change(create)
            ),
            group.endpoint(
                .get,
                "/{proxy_session_id}",
                "GetProxySession",
                "Get a session of the same credential's, with what has come through it",
                responses: [.ok("The session", "ProxySession")],
                .lookup(get)
            ),
            group.endpoint(
                .delete,
                "/{proxy_session_id}",
                "EndProxySession",
                "End a session: its keys are gone, and no request comes through it any more",
                responses: [.empty("Ended")],
                .change(end)
            ),
        ]
    }

    /// The session in a response, with the address of the proxy.
    static func resource(at address: String) -> ResourceSchema<ProxySession> {
        ResourceSchema<ProxySession>(
            type: "proxy_sessions",
            id: \.id,
            attributes: [
                .texts("connections") { $0.connections.map(\.description) },
                .texts("hosts", \.names),
                .flag("add_credentials", \.addsCredentials),
                .text("proxy") { _ in address },
                .text("certificate_authority", \.certificatePEM),
                .utcTime("created_at", \.createdAt),
                .utcTime("expires_at", \.expiresAt),
                .optionalCount("acts") { $0.summary.acts },
                .optionalCount("refusals") { $0.summary.refusals },
                .texts("unbound_hosts") { $0.summary.unboundHosts.keys.sorted() },
            ]
        )
    }

    private func create(_ call: Call) async throws -> Response {
        guard let address = sessions.address else {
            throw APIError(
                409,
                "This server has no forward proxy. Its operator can have one: keyway serve --proxy-listen."
            )
        }
        let id = identifiers.next()
        let document = try DocumentSchema.proxySession.create(try call.json(), id: id) { $0 }.document
        let attributes = document["attributes"] ?? [:]
        let connections = try requireConnections(attributes["connections"], call)
        let names = try names(of: connections, call)
        let now = Timestamp.now
        let seconds = attributes["lifetime"]?.wholeNumber ?? 0
        let expiresAt = Timestamp(microseconds: now.microseconds + seconds * 1_000_000)
        if let limit = call.principal.expiresAt, expiresAt > limit {
            let detail = "must end before \(limit.description), when the token of this request expires"
            throw InvalidDocument([Problem(pointer: "/data/attributes/lifetime", detail: detail)])
        }
        let session = try ProxySession(
            id: id,
            maker: call.proxySessionMaker,
            connections: connections,
            names: names,
            addsCredentials: attributes["add_credentials"] == .boolean(true),
            now: now,
            expiresAt: expiresAt
        )
        guard sessions.sessions.add(session, now: now) else {
            throw APIError(
                429,
                "There are too many sessions of the proxy: end some, or wait until they expire. One credential has at most "
                    + "\(ProxySessions.countOfMakerAtMost)."
            )
        }
        do {
            let change = call.change(
                [],
                events: call.event("proxy_session.create", on: "proxy_sessions", id, details: session.details)
            )
            try await store.commit(change).requireCommitted()
        } catch {
            sessions.sessions.end(session)
            throw error
        }
        return .document(JSONWriter.bytes(of: Self.resource(at: address).json(of: session)), status: 201)
    }

    /// The connections of a new session, all of which the caller can act through now.
    private func requireConnections(_ list: JSONValue?, _ call: Call) throws -> [Identifier] {
        guard case .array(let elements)? = list else { return [] }
        let ids = elements.compactMap { $0.text.flatMap { Identifier($0.string) } }
        let usable = Set(try acts.usable(ids, for: call.actor))
        let problems = ids.enumerated().filter { !usable.contains($0.element) }.map { index, _ in
            Problem(
                pointer: "/data/attributes/connections/\(index)",
                detail: "is the id of no connection that you may act through"
            )
        }
        guard problems.isEmpty else { throw InvalidDocument(problems) }
        return ids
    }

    /// The hosts of connections, and the domains.
    private func names(of connections: [Identifier], _ call: Call) throws -> [String] {
        let names = Set(try acts.bindings(of: connections, for: call.actor).map(\.address.name)).sorted()
        guard !names.isEmpty else {
            throw APIError(
                409,
                "The connections have no hosts that the proxy opens: it opens https:// alone, by name."
            )
        }
        return names
    }

    private func get(_ call: Call) throws -> Response {
        .document(JSONWriter.bytes(of: Self.resource(at: sessions.address ?? "").json(of: try session(call))))
    }

    private func end(_ call: Call) async throws -> Response {
        let session = try session(call)
        let change = call.change(
            [],
            events: call.event("proxy_session.end", on: "proxy_sessions", session.id, details: session.details)
        )
        try await store.commit(change).requireCommitted()
        sessions.sessions.end(session)
        return .noContent
    }

    private func session(_ call: Call) throws -> ProxySession {
        let id = try call.identifier("proxy_session_id", or: Self.notFound)
        guard let session = sessions.sessions.session(id, of: call.proxySessionMaker, now: .now) else {
            throw Self.notFound
        }
        return session
    }
}

extension Call {
    /// The maker of the caller's sessions of the proxy.
    fileprivate var proxySessionMaker: ProxySession.Maker {
        ProxySession.Maker(organization: principal.organization, credential: principal.credential)
    }
}

extension ProxySession {
    /// The details for an audit event.
    fileprivate var details: [JSONValue.Member] {
        [
            .init("connections", .array(connections.map { .string($0.description) })),
            .init("hosts", .array(names.map { .string($0) })),
            .init("add_credentials", .boolean(addsCredentials)),
            .init("expires_at", .string(expiresAt.description)),
        ]
    }
}
