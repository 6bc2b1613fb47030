import ActService
import Access
import Acting
import Connections
import Documents
import Egress
import HTTPServer
import LinkRewriting
import Scrubbing
import Secrets
import Storage
import Threads
import Vault

/// Acts through connections, from the stored state to the third party's answer.
///
/// The order is what makes it safe: access, destination and rules are judged on what is stored and on the bytes that
/// will be sent; the intent is durable before a secret is opened; the address is checked when the socket opens; what
/// comes back is masked before anyone sees it.
///
/// Nothing waits: each step is taken by the thread that has done the one before, from the network's to the store's, to
/// that of the egress client, which also answers. Only tokens are asked for elsewhere.
struct ConnectionActs: Sendable {
    private let store: any ActingStore & ChangeStore
    private let vault: Vault
    private let egress: EgressClient
    private let authenticator: ActAuthenticator
    private let planner: ActPlanner
    private let prober: ActProber
    private let metrics: ActMetrics
    private let log: AccessLog
    private let limiter = ActLimiter()
    private let targets: ActTargets
    private let publicURL: String?

    /// The longest answer to a probe, in bytes.
    private static let probeAnswerBytes = 4 * 1_024 * 1_024

    init(
        store: any ActingStore & ChangeStore,
        vault: Vault,
        egress: EgressClient,
        planner: ActPlanner,
        environment: @escaping @Sendable (String) -> String?,
        publicURL: String?,
        metrics: ActMetrics,
        log: AccessLog
    ) {
        self.store = store
        self.vault = vault
        self.egress = egress
        self.publicURL = publicURL
        self.metrics = metrics
        self.log = log
        authenticator = ActAuthenticator(endpoint: egress, aws: AWSCredentialSource(environment: environment))
        self.planner = planner
        prober = ActProber(planner: planner)
        targets = ActTargets(planner: planner)
    }

    /// An act that was admitted: its outcome must be told, once.
    private struct Act: Sendable {
        let record: ActRecord
        let target: ActTarget
        let plan: PlannedAct
        let sealed: SealedSecrets?
        var links: ActLinks
        let caller = CallerPresence()
    }

    // MARK: Acting

    /// What an act would send.
    ///
    /// - Throws: What would keep it from being sent, but for limits.
    func plan(_ request: ActRequest, of call: Call) throws -> MaskedRequest {
        let (target, _) = try target(of: call)
        return try target.reportingErrors {
            let plan = try planner.plan(request, on: target.subject)
            _ = try judge(plan, request, on: target, call)
            return plan.maskedAsSent(userAgent: egress.userAgent)
        }
    }

    /// Sends a request through a connection and answers with what comes back.
    ///
    /// - Throws: Whatever keeps it from being begun; then there is no answer yet.
    func perform(_ request: ActRequest, of call: Call, answering reply: ActReply) throws {
        let (target, sealed) = try target(of: call)
        try target.reportingErrors { try perform(request, on: target, sealed, of: call, answering: reply) }
    }

    private func perform(
        _ request: ActRequest,
        on target: ActTarget,
        _ sealed: SealedSecrets?,
        of call: Call,
        answering reply: ActReply
    ) throws {
        let plan = try planner.plan(request, on: target.subject)
        let ruling: Ruling
        do {
            ruling = try judge(plan, request, on: target, call)
        } catch {
            metrics.count(target.integration, "rule_refused")
            throw error
        }
        if let objection = ruling.objection { note(objection, to: call, target) }
        let record = ActRecord(.act, plan, of: target.connection.id, by: call, ruling, in: store)
        let act = try admit(
            Act(record: record, target: target, plan: plan, sealed: sealed, links: links(of: plan, target, call))
        )
        reply.whenCallerLeaves { [caller = act.caller] in caller.callerHasLeft() }
        act.record.begin { error in
            if let error { return fail(act, error, isRecorded: false, reply) }
            egress.run { authenticate(act, reply) }
        }
    }

    /// The intent is durable.
    private func authenticate(_ act: Act, _ reply: ActReply) {
        if act.caller.hasLeft { return fail(act, EgressError.cancelled, reply) }
        do {
            let secrets = try open(act)
            if let authenticated = try authenticator.authenticateAtOnce(act.plan, with: secrets) {
                send(authenticated, act, reply) { _ in }
            } else {
                Task { await authenticate(act, with: secrets, reply) }
            }
        } catch {
            fail(act, error, reply)
        }
    }

    /// Sends a request that needs a token, and once more with another if that is refused.
    private func authenticate(_ act: Act, with secrets: OpenedConnectionSecrets, _ reply: ActReply) async {
        guard let first = await authenticated(act, with: secrets, reply) else { return }
        send(first, act, reply, renewing: authenticator) { _ in
            Task {
                await authenticator.forgetToken(of: first)
                guard let second = await authenticated(act, with: secrets, reply) else { return }
                send(second, act, reply) { _ in }
            }
        }
    }

    /// Asks for a token. A caller who leaves ends the act at once; the token is for whoever comes next.
    ///
    /// - Returns: The request with its token, or `nil` if the act has ended.
    private func authenticated(
        _ act: Act,
        with secrets: OpenedConnectionSecrets,
        _ reply: ActReply
    ) async -> AuthenticatedAct? {
        guard act.caller.enter({ fail(act, EgressError.cancelled, reply) }) else {
            fail(act, EgressError.cancelled, reply)
            return nil
        }
        do {
            let authenticated = try await authenticator.authenticate(act.plan, with: secrets)
            return act.caller.stageEnded() ? authenticated : nil
        } catch {
            if act.caller.stageEnded() { fail(act, error, reply) }
            return nil
        }
    }

    /// Sends a request; `renew` is called where its answer refuses the token, if `renewer` can tell.
    private func send(
        _ authenticated: AuthenticatedAct,
        _ act: Act,
        _ reply: ActReply,
        renewing renewer: ActAuthenticator? = nil,
        _ renew: @escaping @Sendable (AuthenticatedAct) -> Void
    ) {
        let answer = ProxiedAnswer(of: authenticated, plan: act.plan, act.links, to: reply, renewing: renewer)
        guard act.caller.enter(answer.abandonment) else { return fail(act, EgressError.cancelled, reply) }
        answer.send(by: egress) { delivery, facts in
            _ = act.caller.stageEnded()
            if case .tokenRefused = delivery { return renew(authenticated) }
            if facts.refusesToken { Task { await authenticator.forgetToken(of: authenticated) } }
            settle(delivery, facts, authenticated, act, reply)
        }
    }

    /// Answers with what came, or goes on to where it leads.
    private func settle(
        _ delivery: ProxiedAnswer.Delivery,
        _ facts: ProxiedAnswer.Facts,
        _ authenticated: AuthenticatedAct,
        _ act: Act,
        _ reply: ActReply
    ) {
        switch delivery {
        case .tokenRefused: preconditionFailure("a token is renewed by who can")
        case .redirected(let link, let location): follow(link, location, from: authenticated, act, reply)
        case .codedPart: sendForWhole(authenticated, act, reply)
        case .redirectRefused(let refusal): refuse(act, refusal, facts, reply)
        case .failed(let error): fail(act, error, facts: facts, reply)
        case .whole(let response):
            conclude(act, facts, error: nil)
            reply.proxied(response)
        case .streamed(let stream, let error):
            conclude(act, facts, error: error)
            reply.streamed(facts.status ?? 502)
            if error == nil { stream.finish() } else { stream.abort() }
        }
    }

    /// Asks for the whole of a coded body, which can be read from its start alone, where the caller asked for a part.
    private func sendForWhole(_ authenticated: AuthenticatedAct, _ act: Act, _ reply: ActReply) {
        let answer = ProxiedAnswer(
            of: authenticated,
            plan: act.plan,
            asksForWhole: true,
            act.links,
            to: reply,
            renewing: nil
        )
        guard act.caller.enter(answer.abandonment) else { return fail(act, EgressError.cancelled, reply) }
        answer.send(by: egress) { delivery, facts in
            _ = act.caller.stageEnded()
            settle(delivery, facts, authenticated, act, reply)
        }
    }

    /// Follows a redirect to another host, without credentials.
    private func follow(
        _ link: WebLink,
        _ location: String,
        from authenticated: AuthenticatedAct,
        _ act: Act,
        _ reply: ActReply
    ) {
        var next = act
        next.links = act.links.following(link)
        let act = next
        let following = authenticated.following(link, of: act.plan)
        let answer = ProxiedAnswer(of: following, plan: act.plan, act.links, to: reply, renewing: nil)
        guard act.caller.enter(answer.abandonment) else { return fail(act, EgressError.cancelled, reply) }
        answer.send(by: egress) { delivery, facts in
            _ = act.caller.stageEnded()
            if case .failed(let error) = delivery, let refusal = act.links.refusal(after: error, at: location) {
                return refuse(act, refusal, facts, reply)
            }
            settle(delivery, facts, following, act, reply)
        }
    }

    // MARK: Testing

    /// Tells whether a connection's credentials work.
    ///
    /// - Returns: What was found, the status of the third party's answer if there was one, and how long it took, in
    ///   nanoseconds.
    func test(_ call: Call) async throws -> (verdict: ProbeVerdict, status: Int?, nanoseconds: UInt64) {
        let (target, sealed) = try target(of: call)
        let probe = try prober.probe(of: target.connection)
        let record = ActRecord(.test, probe.act, of: target.connection.id, by: call, in: store)
        let act = try admit(
            Act(
                record: record,
                target: target,
                plan: probe.act,
                sealed: sealed,
                links: links(of: probe.act, target, call)
            )
        )
        let unwritten = await withCheckedContinuation { continuation in
            act.record.begin { continuation.resume(returning: $0) }
        }
        if let unwritten {
            settle(act, unwritten.code)
            throw unwritten.answer
        }
        let start = MonotonicClock.now()
        do {
            let (verdict, facts) = try await verdict(of: probe, act)
            conclude(act, facts, error: nil, result: verdict.outcome.rawValue)
            return (verdict, facts.status, MonotonicClock.now() - start)
        } catch {
            let failure = ActEnd(error)
            act.record.end(.init(error: failure.code))
            settle(act, failure.code)
            throw failure.answer
        }
    }

    private func verdict(of probe: ActProbe, _ act: Act) async throws -> (ProbeVerdict, ProxiedAnswer.Facts) {
        var facts = ProxiedAnswer.Facts()
        do {
            let authenticated = try await authenticator.authenticate(act.plan, with: try open(act), anew: true)
            guard probe.sendsRequest else { return (probe.verdictOnExchange, facts) }
            let start = MonotonicClock.now()
            let answer = try await egress.collect(authenticated.request, atMost: Self.probeAnswerBytes)
            facts.status = answer.head.status
            facts.upstreamNanoseconds = MonotonicClock.now() - start
            return (probe.verdict(on: answer.head, body: answer.body.bytes), facts)
        } catch let failure as ActFailure {
            return (probe.verdict(on: failure), facts)
        } catch let error as EgressError where error != .stopped && error != .cancelled {
            return (probe.verdict(on: error), facts)
        }
    }

    // MARK: Before the intent

    /// The connection that a call names, if the caller may act through it.
    private func target(of call: Call) throws -> (ActTarget, SealedSecrets?) {
        let id = try call.identifier("connection_id", orStatus: 400)
        let organization = call.principal.organization
        guard let state = try store.actingState(of: id, in: organization) else { throw APIError.noConnection }
        try ConnectionAccess.require(.resolver, under: state.policy, for: call.principal)
        return (try targets.target(id, of: organization, state), state.sealed)
    }

    /// What becomes of links in the response to a request.
    private func links(of plan: PlannedAct, _ target: ActTarget, _ call: Call) -> ActLinks {
        let request = call.request
        return ActLinks(plan, of: target) { [publicURL] in
            PublicAddress.url(configured: publicURL, request: request)
        }
    }

    /// What rules say to an act that may be done.
    struct Ruling {
        /// The rule that allows it.
        var rule: String?
        /// Why none would, if rules were not only observed.
        var objection: String?
    }

    /// Judges a request by the connection's rules.
    ///
    /// - Throws: ``APIError`` if none allows it.
    private func judge(
        _ plan: PlannedAct,
        _ request: ActRequest,
        on target: ActTarget,
        _ call: Call
    ) throws -> Ruling {
        guard !target.rules.isEmpty else { return Ruling() }
        let subject = RuleSubject(
            principal: call.principal,
            method: plan.method,
            rawPath: plan.pathBelowBase,
            rawQuery: request.query,
            headers: plan.masked.headers,
            body: plan.maskedBody,
            isBodyStreamed: plan.isBodyStreamed
        )
        switch target.rules.judge(subject) {
        case .allowed(let rule): return Ruling(rule: rule)
        case .observed(let refusal): return Ruling(objection: refusal.description)
        case .refused(let refusal): throw APIError.act(refusal)
        }
    }

    /// Tells the operator what rules would refuse if they were enforced.
    private func note(_ objection: String, to call: Call, _ target: ActTarget) {
        metrics.count(target.integration, "rule_observed")
        log.note(
            "rule observed",
            level: .warning,
            [
                .init("request_id", .string(call.requestID)),
                .init("connection_id", .string(target.connection.id.description)),
                .init("would_refuse", .string(objection)),
            ]
        )
    }

    /// Lets an act begin within its connection's limits.
    private func admit(_ act: Act) throws -> Act {
        let verdict = limiter.enter(
            act.target.connection.id,
            of: act.target.connection.organization,
            concurrency: act.target.concurrency,
            rate: act.target.rate,
            now: MonotonicClock.now()
        )
        if let error = APIError.act(verdict) {
            metrics.count(act.target.integration, "too_many_acts")
            throw error
        }
        metrics.begin()
        return act
    }

    // MARK: After it

    /// Opens the connection's secrets for one use.
    private func open(_ act: Act) throws -> OpenedConnectionSecrets {
        guard let sealed = act.sealed else { return OpenedConnectionSecrets([]) }
        return OpenedConnectionSecrets(
            try vault.openAll(
                sealed,
                organization: act.target.connection.organization,
                record: act.target.connection.id,
                destination: act.target.destination
            )
        )
    }

    /// Ends an act of which nothing was passed on.
    private func fail(
        _ act: Act,
        _ error: any Error,
        isRecorded: Bool = true,
        facts: ProxiedAnswer.Facts? = nil,
        _ reply: ActReply
    ) {
        let isPerhapsDone = facts?.wasSent == true && !OutgoingRequest.isIdempotent(act.plan.method)
        let end = error as? ActEnd ?? ActEnd(error, perhapsDone: isPerhapsDone ? act.target.clients : nil)
        if isRecorded { act.record.end(.init(status: facts?.status, error: end.code)) }
        settle(act, end.code)
        reply.failed(ActError(error: end.answer, clients: act.target.clients))
    }

    /// Ends an act of which a redirect is not passed on.
    private func refuse(
        _ act: Act,
        _ refusal: RedirectRefusal,
        _ facts: ProxiedAnswer.Facts,
        _ reply: ActReply
    ) {
        var outcome = AuditedAct.Outcome(status: facts.status, error: RedirectRefusal.code)
        outcome.redirects = act.links.followed.map(\.origin)
        act.record.end(outcome)
        settle(act, RedirectRefusal.code, facts)
        reply.failed(ActError(error: APIError.act(refusal), clients: act.target.clients))
    }

    /// Ends an act that was answered, if perhaps not to the end.
    private func conclude(
        _ act: Act,
        _ facts: ProxiedAnswer.Facts,
        error: EgressError?,
        result: String? = nil
    ) {
        var outcome = AuditedAct.Outcome(status: facts.status, error: error?.code)
        outcome.bytes = facts.bytes
        outcome.masked = facts.masked
        outcome.result = result
        outcome.redirects = act.links.followed.map(\.origin)
        act.record.end(outcome)
        settle(act, error?.code ?? result ?? "answered", facts)
    }

    private func settle(_ act: Act, _ code: String, _ facts: ProxiedAnswer.Facts? = nil) {
        limiter.leave(act.target.connection.id, of: act.target.connection.organization)
        metrics.end(act.target.integration, code, facts)
    }
}

/// The opened secrets of one connection, by their addresses.
private struct OpenedConnectionSecrets: ConnectionSecrets {
    private let fields: [Vault.FieldSecret]

    init(_ fields: [Vault.FieldSecret]) {
        self.fields = fields
    }

    func secret(at address: String) -> Secret? {
        fields.first { $0.field == address }?.secret
    }

    var all: [Secret] { fields.map(\.secret) }
}
