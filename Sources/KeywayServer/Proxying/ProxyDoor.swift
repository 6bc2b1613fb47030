import Access
import ActService
import Acting
import Documents
import Egress
package import ForwardProxy
package import HTTPServer
package import NetworkTypes
import Storage
import Threads

/// The forward proxy's side of the service: decides which hosts are opened, and answers the requests to them.
package final class ProxyDoor: Sendable {
    private let service: Service

    package init(_ service: Service) {
        self.service = service
    }

    /// Two connections of one place.
    static func ambiguous(_ bindings: [ConnectionActs.Binding]) -> APIError {
        let names = bindings.map { "\($0.title) (\($0.connection))" }.joined(separator: ", ")
        var error = APIError(
            409,
            "Several connections reach this: \(names). Name one by its id in the user name of the proxy, or take a token "
                + "that is for one of them."
        )
        error.headers.append(.init(name: ActHeader.error, value: "ambiguous_host"))
        return error
    }
}

extension ProxyDoor: RequestHandler {
    package func handle(_ request: Request, reply: Reply) {
        service.answerProxied(request, to: reply)
    }

    /// Those of acts: what a tool shows for a token is short.
    package func takesBodyAsItComes(of request: Request) -> Bool { request.proxyTunnel?.tokenCloud == nil }

    package func refuse(_ refusal: Refusal, to address: IPAddress) -> Response {
        service.refuse(refusal, to: address)
    }
}

extension ProxyDoor: ConnectGate {
    package func decide(
        _ request: ConnectRequest,
        _ answer: @escaping @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    ) {
        let authorization: ProxyAuthorization
        do throws(ConnectRefusal) {
            authorization = try ProxyAuthorization(request.authorization)
        } catch {
            // Some tools show a credential only when they are asked for it.
            return refuse(request, error, answer)
        }
        if service.store.answersAtOnce { return decide(request, by: authorization, answer) }
        let network = request.remoteAddress.network.hashValue
        service.lookUpThreads.run(for: Identifier(high: 1, low: UInt64(bitPattern: Int64(network)))) {
            self.decide(request, by: authorization, answer)
        } refused: {
            self.refuse(request, ConnectRefusal(APIError.tooManyLookups), answer)
        }
    }

    private func decide(
        _ request: ConnectRequest,
        by authorization: ProxyAuthorization,
        _ answer: @escaping @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    ) {
        let session: Session
        do {
            session = try service.authenticator.session(for: authorization.credential)
        } catch let error as GateError {
            return failAuthentication(request, .unauthenticated(ConnectRefusal(APIError(error)).reason), answer)
        } catch {
            return refuse(request, after: error, answer)
        }
        do {
            let actor = Actor(session.principal, by: authorization.credential, requestID: service.newRequestID())
            switch try opening(of: request, by: authorization, actor) {
            case .served(let tunnel): answer(.success(.served(tunnel)))
            case .passed(let session): pass(request, in: session, for: actor, answer)
            }
        } catch let refusal as ConnectRefusal {
            refuse(request, refusal, answer)
        } catch {
            refuse(request, after: error, answer)
        }
    }

    /// The way in which a host is to be opened.
    private enum Opening {
        case served(Tunnel)
        /// As it is, in that session.
        case passed(ProxySession)
    }

    private func opening(
        of request: ConnectRequest,
        by authorization: ProxyAuthorization,
        _ actor: Actor
    ) throws -> Opening {
        let principal = actor.principal
        let objection = GateError.objection(
            to: principal,
            nil,
            permissions: [.connectionsResolve],
            mustBeRegistered: true
        )
        if let objection { throw objection }
        let session = try session(authorization, of: principal)
        let named = authorization.named.filter { $0 != session.id }
        guard named.allSatisfy(session.connections.contains) else {
            throw ConnectRefusal(
                403,
                "forbidden",
                "An id in the user name of the proxy is no session of this credential's, and no connection of its session"
            )
        }
        var bound = try service.connectionActs.bindings(of: named.isEmpty ? session.connections : named, for: actor)
            .reaching(request.host, port: request.port)
        // A host that issues tokens is never opened, not even where another connection leads there.
        let tokenCloud = bound.compactMap(\.address.tokenCloud).first
        if let tokenCloud { bound.removeAll { $0.address.tokenCloud != tokenCloud } }
        if bound.isEmpty, service.proxyTunnels?.hosts.contains("\(request.host):\(request.port)") ?? false {
            return .passed(session)
        }
        guard !bound.isEmpty, let certificate = try session.certificate(for: request.host) else {
            session.noteUnbound(request.host)
            throw ConnectRefusal(
                403,
                "host_not_bound",
                "No connection that this credential may act through reaches \(request.host):\(request.port)"
            )
        }
        let same = bound.indistinguishable
        guard same.isEmpty else { throw Self.ambiguous(same) }
        var connections: [Identifier] = []
        for binding in bound where !connections.contains(binding.connection) { connections.append(binding.connection) }
        let tunnel = Tunnel(
            host: request.host,
            port: request.port,
            certificate: certificate,
            context: ProxyTunnel(
                session: session,
                credential: authorization.credential,
                connections: connections,
                tokenCloud: tokenCloud,
                actToken: tokenCloud.flatMap { _ in authorization.actToken }
            )
        )
        return .served(tunnel)
    }

    // MARK: Hosts that are passed on

    /// Opens a host that is passed on as it is. That it is to be opened is durable in the audit log before it is asked.
    private func pass(
        _ request: ConnectRequest,
        in session: ProxySession,
        for actor: Actor,
        _ answer: @escaping @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    ) {
        guard let sockets = service.proxyTunnels?.sockets else { return refuse(request, .unavailable, answer) }
        let host = JSONValue.Member("host", .string("\(request.host):\(request.port)"))
        let began = actor.event("proxy_tunnel.open", on: "proxy_sessions", session.id, details: [host])
        service.store.enqueue(Change([], event: began)) { outcome in
            guard case .success(.committed) = outcome else { return self.refuse(request, .unavailable, answer) }
            DetachedThread.start {
                let start = MonotonicClock.now()
                let end = { @Sendable (members: [JSONValue.Member]) in
                    let milliseconds = Int64((MonotonicClock.now() - start) / 1_000_000)
                    let details = [host] + members + [.init("milliseconds", .integer(milliseconds))]
                    let event = actor.event("proxy_tunnel.end", on: "proxy_sessions", session.id, details: details)
                    self.service.store.commitSoon(Change([], event: event))
                }
                do throws(EgressError) {
                    let upstream = try sockets.connect(to: request.host, port: request.port)
                    let tunnel = PassedTunnel(
                        upstream: upstream,
                        mayGoOn: { self.mayGoOn(session, actor) },
                        ended: { counts in
                            end([
                                .init("bytes_sent", .integer(Int64(counts.sent))),
                                .init("bytes_received", .integer(Int64(counts.received))),
                            ])
                        }
                    )
                    answer(.success(.passed(tunnel)))
                } catch {
                    let refusal = ConnectRefusal(error, at: request.host)
                    end([.init("error", .string(refusal.code))])
                    self.refuse(request, refusal, answer)
                }
            }
        }
    }

    /// Whether a tunnel that is passed on may go on: its session and its credential have not ended.
    private func mayGoOn(_ session: ProxySession, _ actor: Actor) -> Bool {
        guard session.isGood(at: .now) else { return false }
        do {
            _ = try service.authenticator.session(for: actor.credential)
            return true
        } catch {
            // A store that is away for a while ends nothing.
            return !(error is GateError)
        }
    }

    /// The session that the user name says, or the last one: of the credential's own alone.
    private func session(_ authorization: ProxyAuthorization, of principal: Principal) throws -> ProxySession {
        let sessions = service.proxySessions.sessions
        let now = Timestamp.now
        let maker = ProxySession.Maker(organization: principal.organization, credential: principal.credential)
        for id in authorization.named {
            if let session = sessions.session(id, of: maker, now: now) { return session }
        }
        guard let session = sessions.newest(of: maker, now: now) else {
            throw ConnectRefusal.unauthenticated(
                "This server has no such session of the proxy, it has ended: POST \(ProxySessionEndpoints.path)"
            )
        }
        return session
    }

    private func failAuthentication(
        _ request: ConnectRequest,
        _ refusal: ConnectRefusal,
        _ answer: @escaping @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    ) {
        service.metrics.noteAuthenticationFailure()
        guard service.brake.noteFailure(from: request.remoteAddress, now: MonotonicClock.now()) else {
            return refuse(request, refusal, answer)
        }
        Task {
            try? await Task.sleep(for: FailureBrake<IPAddress>.delay)
            refuse(request, refusal, answer)
        }
    }

    /// Refuses because of an error. Where it is the server's own trouble, the log tells why.
    private func refuse(
        _ request: ConnectRequest,
        after error: any Error,
        _ answer: @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    ) {
        let (error, forOperator) = APIError.from(error)
        refuse(request, ConnectRefusal(error), because: forOperator, answer)
    }

    private func refuse(
        _ request: ConnectRequest,
        _ refusal: ConnectRefusal,
        because cause: String? = nil,
        _ answer: @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    ) {
        service.log.note(
            "proxy refused",
            level: cause == nil ? .info : .error,
            [
                .init("status", .integer(Int64(refusal.status))), .init("reason", .string(refusal.code)),
                .init("host", .string("\(request.host):\(request.port)")),
                .init("remote", .string(request.remoteAddress.description)),
            ] + (cause.map { [JSONValue.Member("cause", .string($0))] } ?? [])
        )
        answer(.failure(refusal))
    }
}

extension ConnectRefusal {
    fileprivate static let unavailable = ConnectRefusal(
        503,
        "audit_unavailable",
        "The tunnel can't be written into the audit log, try again later"
    )

    /// The refusal of a host that can't be connected to.
    fileprivate init(_ error: EgressError, at host: String) {
        switch error {
        case .refusedAddress(let purpose):
            self.init(403, "egress_refused", "\(host) leads to \(purpose), which may not be connected to")
        case .timedOut: self.init(504, "upstream_timeout", "\(host) does not answer")
        default: self.init(502, "upstream_unreachable", "\(host) can't be reached")
        }
    }

    fileprivate init(_ error: APIError) {
        var headers = error.headers
        ActHeader.mark(&headers, status: error.status)
        let code = headers.first { $0.name == ActHeader.error }?.value ?? "failed"
        let reason = error.text.hasSuffix(".") ? String(error.text.dropLast()) : error.text
        self.init(error.status, code, reason)
    }
}

extension APIError {
    /// All that is wrong, in one text.
    fileprivate var text: String { issues.map(\.detail).joined(separator: " ") }
}
