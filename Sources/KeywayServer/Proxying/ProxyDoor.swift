import Access
import ActService
import Documents
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

    package func takesBodyAsItComes(of _: Request) -> Bool { true }

    package func refuse(_ refusal: Refusal, to address: IPAddress) -> Response {
        service.refuse(refusal, to: address)
    }
}

extension ProxyDoor: ConnectGate {
    package func decide(
        _ request: ConnectRequest,
        _ answer: @escaping @Sendable (Result<Tunnel, ConnectRefusal>) -> Void
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
        _ answer: @escaping @Sendable (Result<Tunnel, ConnectRefusal>) -> Void
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
            answer(.success(try tunnel(for: request, by: authorization, session.principal)))
        } catch let refusal as ConnectRefusal {
            refuse(request, refusal, answer)
        } catch {
            refuse(request, after: error, answer)
        }
    }

    private func tunnel(
        for request: ConnectRequest,
        by authorization: ProxyAuthorization,
        _ principal: Principal
    ) throws -> Tunnel {
        let objection = GateError.objection(
            to: principal,
            nil,
            permissions: [.connectionsResolve],
            mustBeRegistered: true
        )
        if let objection { throw objection }
        let actor = Actor(principal, by: authorization.credential, requestID: "")
        let session = try session(authorization, of: principal)
        let named = authorization.named.filter { $0 != session.id }
        guard named.allSatisfy(session.connections.contains) else {
            throw ConnectRefusal(
                403,
                "forbidden",
                "An id in the user name of the proxy is no session of this credential's, and no connection of its session"
            )
        }
        let bound = try service.connectionActs.bindings(of: named.isEmpty ? session.connections : named, for: actor)
            .reaching(request.host, port: request.port)
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
        return Tunnel(
            host: request.host,
            port: request.port,
            certificate: certificate,
            context: ProxyTunnel(
                session: session,
                credential: authorization.credential,
                connections: connections
            )
        )
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
        _ answer: @escaping @Sendable (Result<Tunnel, ConnectRefusal>) -> Void
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
        _ answer: @Sendable (Result<Tunnel, ConnectRefusal>) -> Void
    ) {
        let (error, forOperator) = APIError.from(error)
        refuse(request, ConnectRefusal(error), because: forOperator, answer)
    }

    private func refuse(
        _ request: ConnectRequest,
        _ refusal: ConnectRefusal,
        because cause: String? = nil,
        _ answer: @Sendable (Result<Tunnel, ConnectRefusal>) -> Void
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
