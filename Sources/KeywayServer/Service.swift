import Access
package import ActService
import Acting
import Connections
package import Documents
package import Egress
package import HTTPServer
package import NetworkTypes
package import Storage
import Synchronization
import Threads
package import Tracing
package import Vault

/// The API, over any store and vault.
///
/// A request passes the router, then the gate (keys, rate limit, permission, registration), then its endpoint; every
/// response is measured and logged, and names its request.
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
        /// Whether `/metrics` has a listener of its own, so that this one does not serve it.
        package var metricsHaveOwnListener = false
        /// Begins the spans of requests; `nil` if nothing is traced.
        package var tracer: Tracer?
        /// Counts spans for `/metrics`.
        package var spanCounts: (@Sendable () -> SpanExporter.Counts)?
        /// The hosts that the forward proxy passes on as they are; `nil` for none.
        package var proxyTunnels: ProxyTunnels?
        /// Makes the door for agents; `nil` for none.
        package var agentDoor: (@Sendable (DoorCore) -> any MessageDoor)?

        package init() {}
    }

    /// An endpoint with what is the same for all its requests.
    struct Route: Sendable {
        let endpoint: Endpoint
        let metrics: Metrics.RouteMetrics
        let logged: [UInt8]
    }

    /// How often a change is decided.
    static let roundsAtMost = 200

    /// The headers of the two keys: a request with two of one is nobody's.
    package static let keyHeaders: [StaticString] = ["DD-API-KEY", "DD-APPLICATION-KEY"]

    package let metrics: Metrics
    package let auditHeads: AuditHeads
    package let keyUses: KeyUses
    package let actTokenKeys: ActTokenKeys
    package let expiredTokens: ExpiredTokens
    /// The sessions of the forward proxy.
    package let proxySessions = ServedProxySessions()
    let proxyTunnels: ProxyTunnels?
    let connectionActs: ConnectionActs
    package let webhookDeliveries: WebhookDeliveries
    private let router: Router<Route>
    /// By the paths below a connection's base URL.
    let keylessRoutes: [(path: String, route: Route)]
    /// The route of requests through the forward proxy, which have paths of third parties.
    let proxyRoute: Route
    /// The route of those to hosts that issue tokens.
    let proxyTokenRoute: Route
    /// The OpenAPI document of all endpoints.
    let description: [UInt8]
    let authenticator: Authenticator
    let brake = FailureBrake<IPAddress>()
    private let requestIDs = RequestIDs()
    let readingThreads = ReadingThreads()
    /// Where keys are looked up if the store does not answer at once; all of an address may wait.
    let lookUpThreads = ReadingThreads(limits: .init(threads: 16, threadsPerKey: 16, waitingPerKey: 1_024))
    /// Where single records are read if the store does not answer at once, connections aside: many wait for it together.
    let recordThreads = ReadingThreads(
        limits: .init(threads: 32, threadsPerKey: 24, waiting: 8_192, waitingPerKey: 2_048, giveWay: false)
    )
    let connectionReads: ConnectionReads
    private let waitingExecutor = WaitingExecutor()
    let responses = ResponseBudget()
    let places = ListPlaces()
    let store: any Store
    let log: AccessLog
    /// The URL under which callers reach the server, if the operator has said so.
    let publicURL: String?
    private let tracer: Tracer?

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
        connectionReads = ConnectionReads(store: store)
        publicURL = configuration.publicURL
        tracer = configuration.tracer
        proxyTunnels = configuration.proxyTunnels
        keyUses = KeyUses(store: store, hasOtherReaders: store.shared != nil)
        expiredTokens = ExpiredTokens(store: store, shared: store.shared)
        webhookDeliveries = WebhookDeliveries(
            store: store,
            shared: store.shared,
            vault: vault,
            egress: egress,
            log: log
        )
        authenticator = Authenticator(
            store: store,
            limiter: RateLimiter(limit: configuration.rateLimit),
            uses: keyUses
        )
        metrics = Metrics(store: store, vault: vault, log: log, spans: configuration.spanCounts)
        auditHeads = AuditHeads(store: store, vault: vault)
        actTokenKeys = ActTokenKeys(store: store, vault: vault)
        connectionActs = Self.makeActs(
            store: store,
            vault: vault,
            egress: egress,
            environment: configuration.environment,
            metrics: metrics.acts,
            uses: keyUses,
            log: log
        )
        let toolTokens = ToolTokens(
            store: store,
            access: ConnectionAccess(store: store),
            keys: actTokenKeys,
            identifiers: identifiers
        )
        let endpoints = EndpointList(
            store: store,
            vault: vault,
            identifiers: identifiers,
            egress: egress,
            configuration: configuration,
            metrics: metrics,
            auditHeads: auditHeads,
            keyUses: keyUses,
            actTokenKeys: actTokenKeys,
            connectionActs: connectionActs,
            proxySessions: proxySessions,
            toolTokens: toolTokens,
            log: log
        ).all
        var router = Router<Route>()
        var keylessRoutes: [(path: String, route: Route)] = []
        var routed: [Endpoint] = []
        for endpoint in endpoints {
            let route = Route(
                endpoint: endpoint,
                metrics: metrics.route(endpoint.methodName, endpoint.path),
                logged: RequestLine.route(of: endpoint)
            )
            if case .keyless(let path) = endpoint.guarding {
                keylessRoutes.append((path, route))
            } else {
                router.add(endpoint.method, endpoint.path, route)
                routed.append(endpoint)
            }
        }
        self.router = router
        self.keylessRoutes = keylessRoutes
        description = OpenAPIDocument(describing: routed).bytes
        proxyRoute = Self.unrouted(ProxiedActs(acts: connectionActs).endpoint, metrics)
        proxyTokenRoute = Self.unrouted(ProxiedTokens(acts: connectionActs, tokens: toolTokens).endpoint, metrics)
    }

    /// The route of an endpoint that has no place in the router.
    private static func unrouted(_ endpoint: Endpoint, _ metrics: Metrics) -> Route {
        Route(
            endpoint: endpoint,
            metrics: metrics.route(endpoint.methodName, endpoint.path),
            logged: RequestLine.route(of: endpoint)
        )
    }

    private static func makeActs(
        store: any Store,
        vault: Vault,
        egress: EgressClient,
        environment: @escaping @Sendable (String) -> String?,
        metrics: ActMetrics,
        uses: KeyUses,
        log: AccessLog
    ) -> ConnectionActs {
        ConnectionActs(
            store: store,
            vault: vault,
            egress: egress,
            planner: ActPlanner(endpoints: AWSEndpoints(environment: environment)),
            environment: environment,
            shared: store.shared,
            metrics: metrics,
            uses: uses,
            noteObjection: { objection in
                log.note(
                    "rule observed",
                    level: .warning,
                    [
                        .init("request_id", .string(objection.requestID)),
                        .init("connection_id", .string(objection.connection.description)),
                        .init("would_refuse", .string(objection.text)),
                    ]
                )
            }
        )
    }

    /// A name for something that is noted as a request is.
    func newRequestID() -> String { requestIDs.next() }

    /// Answers a request that came through the forward proxy, to a third party's own host.
    func answerProxied(_ request: any ServiceRequest, to reply: any ServiceReply) {
        let exchange = Exchange(request: request, reply: reply, requestID: requestIDs.next())
        let asksForToken = request.proxyTunnel?.tokenCloud != nil
        begin(exchange, by: asksForToken ? proxyTokenRoute : proxyRoute, RouteParameters())
    }

    /// Answers a request that has a route, as a part of a trace where that is recorded.
    private func begin(_ exchange: Exchange, by route: Route, _ parameters: RouteParameters) {
        guard let tracer, route.endpoint.isTraced else { return answer(exchange, by: route, parameters) }
        trace(exchange, by: route, parameters, tracer)
    }

    /// Answers a request: during the call, or later from another thread.
    package func answer(_ request: any ServiceRequest, to reply: any ServiceReply) {
        let exchange = Exchange(request: request, reply: reply, requestID: requestIDs.next())
        switch router.match(request.method, request.rawPath) {
        case .found(let route, let parameters): begin(exchange, by: route, parameters)
        case .methodNotAllowed(let allow):
            var error = APIError(405, "This path takes \(allow.joined(separator: ", ")).")
            error.headers = [.init(name: "Allow", value: allow.joined(separator: ", "))]
            finish(exchange, ErrorFamily.ofNoEndpoint(at: request.rawPath).response(to: error), route: nil)
        case .notFound:
            let error = APIError(404, "There is nothing at this path. GET /openapi.json describes what there is.")
            finish(exchange, ErrorFamily.ofNoEndpoint(at: request.rawPath).response(to: error), route: nil)
        }
    }

    /// The response to a request that the HTTP engine refuses.
    package func refuse(_ refusal: Refusal, to address: IPAddress) -> Response {
        refuse(refusal, to: address, in: .objects)
    }

    private func refuse(_ refusal: Refusal, to address: IPAddress, in family: ErrorFamily) -> Response {
        var response = family.response(to: APIError(refusal.status, refusal.detail))
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
}

extension Service: RequestHandler {
    package func handle(_ request: Request, reply: Reply) {
        answer(request, to: reply)
    }

    package func refuse(_ refusal: Refusal, of request: Request) -> Response {
        refuse(refusal, to: request.remoteAddress, in: .ofNoEndpoint(at: request.rawPath))
    }

    /// The bodies of acts alone: what else is written is a document, and read as a whole.
    package func takesBodyAsItComes(of request: Request) -> Bool {
        guard case .found(let route, let parameters) = router.match(request.method, request.rawPath) else {
            return false
        }
        return route.endpoint.acts && keylessRoute(for: request, parameters) == nil
    }
}
