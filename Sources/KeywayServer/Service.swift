import Access
package import ActService
import Connections
package import Documents
package import Egress
package import HTTPServer
package import NetworkTypes
package import Storage
import Threads
package import Vault
import WorkloadIdentity
import Synchronization

/// The API, over any store and vault.
///
/// A request passes the router, then the gate (keys, rate limit, permission, registration), then its endpoint; every
/// answer is measured and logged, and names its request.
package final class Service: Sendable {
    package struct Configuration: Sendable {
        /// The AWS account that AWS connections are told to trust, 12 digits.
        package var awsPrincipalID = "000000000000"
        /// `nil` for none.
        package var rateLimit: RateLimit? = .standard
        /// Gives the variables from which AWS credentials of Keyway's own are taken, as AWS' own tools read them.
        package var environment: @Sendable (String) -> String? = { _ in nil }
        /// The URL under which callers reach the server, without a final slash; `nil` if it is to be taken from `Host`.
        package var publicURL: String?
        /// Whether `/metrics` has a listener of its own, so that this one answers nobody.
        package var metricsHaveOwnListener = false

        package init() {}
    }

    /// An endpoint with what is the same for all its requests.
    struct Route: Sendable {
        let endpoint: Endpoint
        let metrics: Metrics.RouteMetrics
        let logged: [UInt8]
    }

    /// How often a change is decided.
    private static let roundsAtMost = 200

    /// The headers of the two keys: a request with two of one is nobody's.
    package static let keyHeaders: [StaticString] = ["DD-API-KEY", "DD-APPLICATION-KEY"]

    package let metrics: Metrics
    package let auditHeads: AuditHeads
    package let keyUses: KeyUses
    package let actTokenKeys: ActTokenKeys
    package let expiredTokens: ExpiredTokens
    private let router: Router<Route>
    /// The OpenAPI document of all endpoints.
    private let description: [UInt8]
    private let authenticator: Authenticator
    let brake = FailureBrake<IPAddress>()
    private let requestIDs = RequestIDs()
    private let readingThreads = ReadingThreads()
    /// Where keys are looked up if the store does not answer at once; all of an address may wait.
    private let lookUpThreads = ReadingThreads(limits: .init(threadsPerKey: 4, waitingPerKey: 1_024))
    private let waitingExecutor = WaitingExecutor()
    private let responses = ResponseBudget()
    private let places = ListPlaces()
    private let store: any Store
    private let log: AccessLog
    /// The URL under which callers reach the server, if the operator has said so.
    let publicURL: String?

    package init(
        store: any Store,
        vault: Vault,
        identifiers: IdentifierGenerator,
        egress: EgressClient,
        configuration: Configuration = Configuration(),
        log: AccessLog
    ) {
        self.store = store
        self.log = log
        publicURL = configuration.publicURL
        keyUses = KeyUses(store: store)
        expiredTokens = ExpiredTokens(store: store)
        authenticator = Authenticator(
            store: store,
            limiter: RateLimiter(limit: configuration.rateLimit),
            uses: keyUses
        )
        metrics = Metrics(store: store, log: log)
        auditHeads = AuditHeads(store: store, vault: vault)
        actTokenKeys = ActTokenKeys(store: store, vault: vault)
        let endpoints = EndpointList(
            store: store,
            vault: vault,
            identifiers: identifiers,
            egress: egress,
            configuration: configuration,
            metrics: metrics,
            auditHeads: auditHeads,
            keyUses: keyUses,
            log: log
        ).all
        description = OpenAPIDocument(describing: endpoints).bytes
        var router = Router<Route>()
        for endpoint in endpoints {
            let route = Route(
                endpoint: endpoint,
                metrics: metrics.route(endpoint.methodName, endpoint.path),
                logged: RequestLine.route(of: endpoint)
            )
            router.add(endpoint.method, endpoint.path, route)
        }
        self.router = router
    }

    /// Answers a request: during the call, or later from another thread.
    package func answer(_ request: any ServiceRequest, to reply: any ServiceReply) {
        let exchange = Exchange(request: request, reply: reply, requestID: requestIDs.next())
        switch router.match(request.method, request.rawPath) {
        case .found(let route, let parameters):
            answer(exchange, by: route, parameters)
        case .methodNotAllowed(let allow):
            var error = APIError(405, "This path takes \(allow.joined(separator: ", ")).")
            error.headers = [.init(name: "Allow", value: allow.joined(separator: ", "))]
            finish(exchange, ErrorFamily.objects.response(to: error), route: nil)
        case .notFound:
            let error = APIError(404, "There is nothing at this path. GET /openapi.json describes what there is.")
            finish(exchange, ErrorFamily.objects.response(to: error), route: nil)
        }
    }

    /// The answer to a request that the HTTP engine refuses.
    package func refuse(_ refusal: Refusal, to address: IPAddress) -> Response {
        var response = ErrorFamily.objects.response(to: APIError(refusal.status, refusal.detail))
        // Nobody knows yet what it was about: it may be an act.
        ActHeader.mark(&response)
        let requestID = requestIDs.next()
        response.headers.append(.init(name: "X-Request-Id", value: requestID))
        metrics.unrouted.observe(status: refusal.status, nanoseconds: 0)
        log.note(
            "refused",
            level: .warning,
            [
                .init("request_id", .string(requestID)), .init("status", .integer(Int64(refusal.status))),
                .init("reason", .string(refusal.detail)), .init("remote", .string(address.description)),
            ]
        )
        return response
    }

    /// Where tasks run that read from the store: on threads that may wait, unless the store answers at once. `nil`
    /// means where all tasks run.
    package var taskExecutor: (any TaskExecutor)? { store.answersAtOnce ? nil : waitingExecutor }

    /// Waits, but not for long, until acts that were broken off have told the audit log of it.
    package func endActs() async {
        for _ in 0..<200 where metrics.acts.current > 0 {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    // MARK: The gate

    private func answer(_ exchange: Exchange, by route: Route, _ parameters: RouteParameters) {
        let request = exchange.request
        switch route.endpoint.guarding {
        case .open:
            answerOpenly(exchange, by: route)
        case .loopback:
            // Behind a proxy on this machine everyone seems to be on it.
            if request.remoteAddress.isLoopback, !Self.isForwarded(request) {
                answerOpenly(exchange, by: route)
            } else {
                let error = APIError(403, "This path is for the server's own machine.")
                finish(exchange, response(to: error, exchange, route: route), route: route)
            }
        case .apiKey:
            answerByAPIKey(exchange, by: route, parameters)
        case .principal:
            let credential: Credential
            do {
                credential = try request.credential(acting: route.endpoint.acts)
            } catch {
                return refuseAuthentication(exchange, error, route: route)
            }
            if let session = authenticator.knownSession(for: credential) {
                return admit(session, by: credential, exchange, route: route, parameters)
            }
            lookUp(exchange, route: route) {
                let session: Session
                do {
                    session = try self.authenticator.session(for: credential)
                } catch {
                    return self.refuseAuthentication(exchange, error, route: route)
                }
                self.admit(session, by: credential, exchange, route: route, parameters)
            }
        }
    }

    /// Looks keys up: at once if the store answers at once, else on a thread that may wait, where addresses take turns.
    private func lookUp(_ exchange: Exchange, route: Route, _ body: @escaping @Sendable () -> Void) {
        guard !store.answersAtOnce else { return body() }
        // Networks of one hash share a line.
        let network = exchange.request.remoteAddress.network.hashValue
        lookUpThreads.run(for: Identifier(high: 0, low: UInt64(bitPattern: Int64(network))), body) {
            self.finish(exchange, self.response(to: APIError.tooManyLookups, exchange, route: route), route: route)
        }
    }

    /// Lets in a caller whose credential is valid, unless something else keeps them out.
    private func admit(
        _ session: Session,
        by credential: Credential,
        _ exchange: Exchange,
        route: Route,
        _ parameters: RouteParameters
    ) {
        let quota = session.bucket?.take(now: MonotonicClock.now())
        let exchange = exchange.admitting(session.principal, quota: quota)
        if let objection = route.endpoint.guarding.objection(to: session.principal, quota) {
            return finish(exchange, response(to: objection, exchange, route: route), route: route)
        }
        let call = Call(
            request: exchange.request,
            actor: Actor(session.principal, by: credential, requestID: exchange.requestID),
            parameters: parameters,
            places: places
        )
        perform(call, exchange, by: route)
    }

    private static func isForwarded(_ request: any ServiceRequest) -> Bool {
        let headers: [StaticString] = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"]
        return headers.contains { request.header($0) != nil }
    }

    /// Answers wrong keys, later if there were many from that address.
    private func refuseAuthentication(_ exchange: Exchange, _ error: any Error, route: Route) {
        let response = response(to: error, exchange, route: route)
        guard response.status == 403 else { return finish(exchange, response, route: route) }
        failAuthentication(exchange, response, route: route)
    }

    /// Sends the response to a failed authentication, later if there were many from that address.
    private func failAuthentication(_ exchange: Exchange, _ response: Response, route: Route) {
        metrics.noteAuthenticationFailure()
        guard brake.noteFailure(from: exchange.request.remoteAddress, now: MonotonicClock.now()) else {
            return finish(exchange, response, route: route)
        }
        Task {
            try? await Task.sleep(for: FailureBrake<IPAddress>.delay)
            finish(exchange, response, route: route)
        }
    }

    // MARK: The answer

    private func answerOpenly(_ exchange: Exchange, by route: Route) {
        switch route.endpoint.handling {
        case .immediate(let answer): finish(exchange, answer(exchange.request), route: route)
        case .description: finish(exchange, Response(.json, description), route: route)
        case .exchange(let answer): answerProof(of: exchange, by: route, answer)
        case .identification, .admission, .lookup, .search, .slicedSearch, .list, .change, .question, .act:
            preconditionFailure("what reads or writes data has a principal")
        }
    }

    /// Answers whoever brings another proof than keys. One that proves nothing counts as wrong keys do.
    private func answerProof(
        of exchange: Exchange,
        by route: Route,
        _ answer: @escaping @Sendable (Applicant) async throws -> Response
    ) {
        let applicant = Applicant(request: exchange.request, requestID: exchange.requestID)
        Task(executorPreference: taskExecutor) {
            do {
                self.finish(exchange, try await self.decide(applicant, again: { applicant }, answer), route: route)
            } catch {
                let response = self.response(to: error, exchange, route: route)
                guard error is TokenRefusal, response.status < 500 else {
                    return self.finish(exchange, response, route: route)
                }
                self.failAuthentication(exchange, response, route: route)
            }
        }
    }

    private func answerByAPIKey(_ exchange: Exchange, by route: Route, _ parameters: RouteParameters) {
        lookUp(exchange, route: route) {
            do {
                let (key, bucket) = try self.authenticator.apiKey(exchange.request.apiKeyDigest())
                self.admit(key, bucket, exchange, route: route, parameters)
            } catch {
                self.refuseAuthentication(exchange, error, route: route)
            }
        }
    }

    private func admit(
        _ key: APIKey,
        _ bucket: TokenBucket?,
        _ exchange: Exchange,
        route: Route,
        _ parameters: RouteParameters
    ) {
        let quota = bucket?.take(now: MonotonicClock.now())
        let exchange = exchange.limiting(to: quota)
        if let quota, !quota.isAllowed {
            return finish(exchange, response(to: GateError.exhausted(quota), exchange, route: route), route: route)
        }
        switch route.endpoint.handling {
        case .identification(let answer): finish(exchange, answer(key), route: route)
        case .admission(let answer):
            let admission = Admission(
                request: exchange.request,
                requestID: exchange.requestID,
                apiKey: key,
                parameters: parameters
            )
            Task(executorPreference: taskExecutor) {
                await self.attempt(exchange, by: route) {
                    try await self.decide(admission, again: { try self.readmit(admission) }, answer)
                }
            }
        case .immediate, .exchange, .description, .lookup, .search, .slicedSearch, .list, .change, .question, .act:
            preconditionFailure("who comes with an API key alone asks about it, or is let in")
        }
    }

    private func perform(_ call: Call, _ exchange: Exchange, by route: Route) {
        switch route.endpoint.handling {
        case .immediate, .description, .identification, .admission, .exchange:
            answerOpenly(exchange, by: route)
        case .lookup(let answer) where store.answersAtOnce:
            attempt(exchange, by: route) { try self.counted(try answer(call), for: call) }
        case .lookup(let answer), .search(let answer):
            read(for: call, exchange, by: route) {
                self.attempt(exchange, by: route) { try self.counted(try answer(call), for: call) }
            }
        case .slicedSearch(let begin):
            read(for: call, exchange, by: route) {
                do {
                    self.goOn(with: try begin(call), call, exchange, by: route)
                } catch {
                    self.finish(exchange, self.response(to: error, exchange, route: route), route: route)
                }
            }
        case .list(let answer):
            read(for: call, exchange, by: route) { self.send(answer, call, exchange, by: route) }
        case .change(let answer):
            Task(executorPreference: taskExecutor) {
                await self.attempt(exchange, by: route) {
                    try await self.decide(call, again: { try self.readmit(call, by: route) }, answer)
                }
            }
        case .question(let answer):
            let task = Task(executorPreference: taskExecutor) {
                await self.attempt(exchange, by: route) { try await answer(call) }
            }
            exchange.reply.whenClientLeaves { task.cancel() }
        case .act(let act) where store.answersAtOnce:
            begin(act, call, exchange, by: route)
        case .act(let act):
            read(for: call, exchange, by: route) { self.begin(act, call, exchange, by: route) }
        }
    }

    /// Makes a change, and decides it again as often as what it was decided on has changed meanwhile: each time as if
    /// its caller came then. Each round that ends so is one in which another change came through, as a rule.
    private func decide<Asker>(
        _ asker: Asker,
        again: () throws -> Asker,
        _ answer: (Asker) async throws -> Response
    ) async throws -> Response {
        var asker = asker
        for _ in 0..<Self.roundsAtMost {
            do {
                return try await answer(asker)
            } catch is Overtaken {
                asker = try again()
            }
        }
        throw APIError.contended
    }

    /// The call of the same request, by its keys as they are now.
    private func readmit(_ call: Call, by route: Route) throws -> Call {
        let credential = call.actor.credential
        let session = try authenticator.session(for: credential, askingAnew: true)
        if let objection = route.endpoint.guarding.objection(to: session.principal, nil) { throw objection }
        return Call(
            request: call.request,
            actor: Actor(session.principal, by: credential, requestID: call.requestID),
            parameters: call.parameters,
            places: call.places
        )
    }

    private func readmit(_ admission: Admission) throws -> Admission {
        Admission(
            request: admission.request,
            requestID: admission.requestID,
            apiKey: try authenticator.apiKey(admission.request.apiKeyDigest()).key,
            parameters: admission.parameters
        )
    }

    /// Runs `body` on a thread that may wait, unless the caller has too much waiting already.
    private func read(
        for call: Call,
        _ exchange: Exchange,
        by route: Route,
        _ body: @escaping @Sendable () -> Void
    ) {
        readingThreads.run(for: call.principal.credential, body) {
            self.finish(exchange, self.response(to: APIError.tooManyReads, exchange, route: route), route: route)
        }
    }

    /// Does a slice of a search, and puts what is left of it behind the reads that wait.
    private func goOn(with search: SlicedSearch, _ call: Call, _ exchange: Exchange, by route: Route) {
        do {
            if let response = try search.goOn() {
                finish(exchange, try counted(response, for: call), route: route)
            } else {
                readingThreads.goOn(for: call.principal.credential) {
                    self.goOn(with: search, call, exchange, by: route)
                }
            }
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }

    /// A response that has its part of the memory for responses.
    private func counted(_ response: Response, for call: Call) throws -> Response {
        guard response.body.count >= ResponseBudget.leastCounted else { return response }
        guard let share = responses.take(response.body.count, for: call.principal.credential) else {
            throw APIError.tooMuchUnread
        }
        var response = response
        response.kept = share
        return response
    }

    /// Answers with a list: at once if it is short, else as it is read.
    private func send(
        _ answer: (Call) throws -> ReadList,
        _ call: Call,
        _ exchange: Exchange,
        by route: Route
    ) {
        do {
            let list = try answer(call)
            let first = try list.read(nil)
            let key = call.principal.credential
            guard first.end != nil else {
                let response = Response(.jsonAPI, first.bytes(isFirst: true))
                return finish(exchange, try counted(response, for: call), route: route)
            }
            guard let share = responses.take(ListSender.heldBytes, for: key) else { throw APIError.tooMuchUnread }
            var response = Response(.jsonAPI, [])
            complete(&response, of: exchange, route: route)
            ListSender(list, for: key, share, on: readingThreads)
                .begin(with: first, response, answering: exchange.reply, isHead: exchange.request.method == .head)
        } catch {
            finish(exchange, self.response(to: error, exchange, route: route), route: route)
        }
    }

    private func begin(
        _ act: (Call, HTTPActSink) throws -> Void,
        _ call: Call,
        _ exchange: Exchange,
        by route: Route
    ) {
        do {
            try act(call, HTTPActSink(self, exchange, route))
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }

    private func attempt(_ exchange: Exchange, by route: Route, _ answer: () throws -> Response) {
        do {
            finish(exchange, try answer(), route: route)
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }

    private func attempt(_ exchange: Exchange, by route: Route, _ answer: () async throws -> Response) async {
        do {
            finish(exchange, try await answer(), route: route)
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }

    func response(to error: any Error, _ exchange: Exchange, route: Route) -> Response {
        let clients = (error as? ActError)?.clients ?? .standard
        let (error, forOperator) = APIError.from(error)
        if let forOperator {
            log.note(
                "failure",
                level: .error,
                [.init("request_id", .string(exchange.requestID)), .init("reason", .string(forOperator))]
            )
        }
        guard route.endpoint.acts else { return route.endpoint.errors.response(to: error) }
        return ErrorFamily.actResponse(to: error, for: exchange.request, clients, requestID: exchange.requestID)
    }

    func finish(_ exchange: Exchange, _ response: Response, route: Route?, isProxied: Bool = false) {
        var response = response
        if route?.endpoint.acts ?? true, !isProxied { ActHeader.mark(&response) }
        if route?.endpoint.acts == true { ActHeader.name(exchange.requestID, in: &response) }
        complete(&response, of: exchange, route: route)
        exchange.reply.send(response)
    }

    /// Adds what stands in every answer, and measures and logs it.
    private func complete(_ response: inout Response, of exchange: Exchange, route: Route?) {
        if route?.endpoint.acts != true {
            response.headers.append(.init(name: "X-Request-Id", value: exchange.requestID))
        }
        exchange.quota?.addHeaders(to: &response)
        // Before the answer: who has the answer finds its line in the log's buffer.
        note(exchange, status: response.status, route: route)
    }

    /// Measures and logs an answer.
    func note(_ exchange: Exchange, status: Int, route: Route?) {
        let nanoseconds = MonotonicClock.now() - exchange.request.startedAt
        (route?.metrics ?? metrics.unrouted).observe(status: status, nanoseconds: nanoseconds)
        let line = RequestLine(
            requestID: exchange.requestID,
            remoteAddress: exchange.request.remoteAddress,
            principal: exchange.principal,
            status: status,
            nanoseconds: nanoseconds
        )
        log.append(line.bytes(route: route?.logged ?? RequestLine.noRoute))
    }
}

extension Service: RequestHandler {
    package func handle(_ request: Request, reply: Reply) {
        answer(request, to: reply)
    }

    /// The bodies of acts alone: what else is written is a document, and read as a whole.
    package func takesBodyAsItComes(of request: Request) -> Bool {
        guard case .found(let route, _) = router.match(request.method, request.rawPath) else { return false }
        return route.endpoint.acts
    }
}
