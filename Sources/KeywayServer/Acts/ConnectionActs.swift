import Access
import Acting
import Connections
import Documents
import Egress
import HTTPServer
import Scrubbing
import Secrets
import Storage
import Vault

/// Acts through connections, from the stored state to the third party's answer.
///
/// The order is what makes it safe: access, destination and rules are judged on what is stored and on the bytes that
/// will be sent; the intent is durable before a secret is opened; the address is checked when the socket opens; what
/// comes back is masked before anyone sees it.
struct ConnectionActs: Sendable {
    private let store: any ActingStore & ChangeStore
    private let vault: Vault
    private let egress: EgressClient
    private let authenticator: Acting.Authenticator
    private let planner: ActPlanner
    private let prober: ActProber
    private let metrics: ActMetrics
    private let log: AccessLog
    private let limiter = ActLimiter()

    /// The longest answer to a probe, in bytes.
    private static let probeAnswerBytes = 4 * 1_024 * 1_024

    init(
        store: any ActingStore & ChangeStore,
        vault: Vault,
        egress: EgressClient,
        environment: @escaping @Sendable (String) -> String?,
        metrics: ActMetrics,
        log: AccessLog
    ) {
        self.store = store
        self.vault = vault
        self.egress = egress
        self.metrics = metrics
        self.log = log
        authenticator = Acting.Authenticator(endpoint: egress, aws: AWSCredentialSource(environment: environment))
        planner = ActPlanner(endpoints: AWSEndpoints(environment: environment))
        prober = ActProber(planner: planner)
    }

    /// One act, ready to be done.
    private struct Act: Sendable {
        let record: ActRecord
        let target: ActTarget
        let plan: PlannedAct

        var integration: String { target.connection.integrationType }
    }

    // MARK: Acting

    /// What an act would send.
    ///
    /// - Throws: What would keep it from being sent, but for limits.
    func plan(_ request: ActRequest, of call: Call) throws -> PlannedAct {
        let target = try target(of: call)
        let plan = try planner.plan(request, on: target.connection)
        _ = try judge(plan, request, on: target, call)
        return plan
    }

    /// Sends a request through a connection and answers with what comes back.
    ///
    /// - Throws: Whatever keeps it from being sent, or from being answered before anything was passed on.
    func perform(_ request: ActRequest, of call: Call, answering reply: ActReply) async throws {
        let target = try target(of: call)
        let plan = try planner.plan(request, on: target.connection)
        let ruling = try judge(plan, request, on: target, call)
        if let objection = ruling.objection { note(objection, to: call, through: target.id) }
        let record = ActRecord(.act, plan, of: target.id, by: call, ruling, in: store)
        try await admitted(Act(record: record, target: target, plan: plan)) { act in
            try await deliver(act, answering: reply)
        }
    }

    /// From the durable intent to the outcome.
    private func deliver(_ act: Act, answering reply: ActReply) async throws {
        let secrets = try open(act)
        var authenticated = try await authenticator.authenticate(act.plan, with: secrets)
        var answer = ProxiedAnswer(of: authenticated, to: reply, renewing: authenticator)
        var delivery = await answer.delivery(by: egress)
        if case .tokenRefused = delivery {
            await authenticator.forgetToken(of: authenticated)
            authenticated = try await authenticator.authenticate(act.plan, with: secrets)
            answer = ProxiedAnswer(of: authenticated, to: reply, renewing: nil)
            delivery = await answer.delivery(by: egress)
        }
        if case .failed(let error) = delivery { throw error }
        conclude(act, answer.facts, error: delivery.error)
        switch delivery {
        case .whole(let response): reply.proxied(response)
        case .streamed(let stream, let error):
            reply.streamed(answer.facts.status ?? 502)
            if error == nil { stream.finish() } else { stream.abort() }
        case .failed, .tokenRefused: break
        }
    }

    // MARK: Testing

    /// Tells whether a connection's credentials work.
    ///
    /// - Returns: What was found, the status of the third party's answer if there was one, and how long it took, in
    ///   nanoseconds.
    func test(_ call: Call) async throws -> (verdict: ProbeVerdict, status: Int?, nanoseconds: UInt64) {
        let target = try target(of: call)
        let probe = try prober.probe(of: target.connection)
        let record = ActRecord(.test, probe.act, of: target.id, by: call, in: store)
        return try await admitted(Act(record: record, target: target, plan: probe.act)) { act in
            let start = MonotonicClock.now()
            var facts = ProxiedAnswer.Facts()
            let verdict = try await verdict(of: probe, act, &facts)
            conclude(act, facts, error: nil, result: verdict.outcome.rawValue)
            return (verdict, facts.status, MonotonicClock.now() - start)
        }
    }

    private func verdict(
        of probe: ActProbe,
        _ act: Act,
        _ facts: inout ProxiedAnswer.Facts
    ) async throws -> ProbeVerdict {
        do {
            let authenticated = try await authenticator.authenticate(act.plan, with: try open(act), anew: true)
            guard probe.sendsRequest else { return probe.verdictOnExchange }
            let start = MonotonicClock.now()
            let answer = try await egress.collect(authenticated.request, atMost: Self.probeAnswerBytes)
            facts.status = answer.head.status
            facts.upstreamNanoseconds = MonotonicClock.now() - start
            return probe.verdict(on: answer.head, body: answer.body.bytes)
        } catch let failure as ActFailure {
            return probe.verdict(on: failure)
        } catch let error as EgressError where error != .stopped {
            return probe.verdict(on: error)
        }
    }

    // MARK: What both have in common

    /// The connection that a call names, if the caller may act through it.
    private func target(of call: Call) throws -> ActTarget {
        let id = try call.identifier("connection_id", orStatus: 400)
        let organization = call.principal.organization
        guard let state = try store.actingState(of: id, in: organization) else { throw APIError.noConnection }
        try ConnectionAccess.require(.resolver, under: state.policy, for: call.principal)
        return try ActTarget(id, of: organization, state)
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
        guard let settings = target.connection.settings else { return Ruling() }
        let rules = ActRules(settings: settings)
        guard !rules.isEmpty else { return Ruling() }
        let subject = RuleSubject(
            principal: call.principal,
            method: request.method,
            rawPath: plan.pathBelowBase,
            rawQuery: request.query,
            headers: request.headers,
            body: request.body
        )
        switch rules.judge(subject) {
        case .allowed(let rule): return Ruling(rule: rule)
        case .observed(let refusal):
            metrics.refuse(target.connection.integrationType, "rule_observed")
            return Ruling(objection: refusal.description)
        case .refused(let refusal):
            metrics.refuse(target.connection.integrationType, "rule_refused")
            throw APIError.act(refusal)
        }
    }

    /// Tells the operator what rules would refuse if they were enforced.
    private func note(_ objection: String, to call: Call, through connection: Identifier) {
        log.note(
            "rule observed",
            level: .warning,
            [
                .init("request_id", .string(call.requestID)), .init("connection_id", .string(connection.description)),
                .init("would_refuse", .string(objection)),
            ]
        )
    }

    /// Does something with an act within the connection's limits, between its durable intent and its outcome.
    ///
    /// If `body` throws, the outcome is written here; otherwise it has been.
    private func admitted<Result>(
        _ act: Act,
        _ body: (Act) async throws -> Result
    ) async throws -> Result {
        let (id, organization) = (act.target.id, act.target.connection.organization)
        let verdict = limiter.enter(
            id,
            of: organization,
            concurrency: act.target.concurrency,
            rate: act.target.rate,
            now: MonotonicClock.now()
        )
        if let error = APIError.act(verdict) {
            metrics.refuse(act.integration, "too_many_acts")
            throw error
        }
        defer { limiter.leave(id, of: organization) }
        metrics.begin()
        do {
            try await act.record.begin()
        } catch {
            metrics.end(act.integration, "audit_unavailable")
            throw (error as? StoreError) == .closed ? error : APIError.auditUnavailable
        }
        do {
            return try await body(act)
        } catch let failure as ActFailure {
            end(act, failure.code.rawValue)
            throw APIError.act(failure)
        } catch let error as EgressError {
            end(act, error.code)
            throw APIError.act(error)
        } catch {
            end(act, "failed")
            throw error
        }
    }

    /// Opens the connection's secrets for one use.
    private func open(_ act: Act) throws -> OpenedConnectionSecrets {
        guard let sealed = act.target.state.sealed else { return OpenedConnectionSecrets([]) }
        return OpenedConnectionSecrets(
            try vault.openAll(
                sealed,
                organization: act.target.connection.organization,
                record: act.target.id,
                destination: act.target.destination
            )
        )
    }

    /// Tells of an act that failed before anything came back.
    private func end(_ act: Act, _ code: String) {
        act.record.end(.init(error: code))
        metrics.end(act.integration, code)
    }

    /// Tells of an act that was answered, if perhaps not to the end.
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
        act.record.end(outcome)
        metrics.end(act.integration, error?.code ?? "answered", facts)
    }
}

extension ActConnection {
    /// The wire type of its integration.
    var integrationType: String { document["attributes"]?["integration"]?["type"]?.text?.string ?? "" }
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
