import Connections
import Secrets
import Access
package import Acting
package import Documents
import Egress
import Threads
import Tracing

extension ConnectionActs {
    /// The result of a test.
    package struct TestResult: Sendable {
        package let verdict: ProbeVerdict
        /// The status of the third party's response, if there was one.
        package let status: Int?
        package let nanoseconds: UInt64
    }

    /// Tells whether a connection's credentials work.
    ///
    /// - Throws: ``ActError``, also where the caller's act token does not allow the request of the test. The connection's
    ///   rules do not apply to it.
    package func test(_ id: Identifier, by actor: Actor) async throws(ActError) -> TestResult {
        let (connection, sealed) = try connection(id, for: actor)
        let probe = try probe(of: connection)
        try requireToken(of: actor, toAllow: probe, of: connection)
        let record = ActRecord(.test, probe.act, of: connection.id, by: actor, in: store)
        let use = try admit(probe.act, through: connection, sealed, record, by: actor, as: .test)
        let unwritten = await withCheckedContinuation { continuation in
            use.span.scope { record.begin { continuation.resume(returning: $0) } }
        }
        if let unwritten {
            let error = ActError(unwritten, for: connection.clients)
            use.end(nil, code: error.code)
            throw error
        }
        let start = MonotonicClock.now()
        do {
            let (verdict, facts) = try await verdict(of: probe, use)
            var outcome = AuditedAct.Outcome(status: facts.status)
            outcome.result = verdict.outcome.rawValue
            use.end(outcome, code: verdict.outcome.rawValue, facts)
            return TestResult(verdict: verdict, status: facts.status, nanoseconds: MonotonicClock.now() - start)
        } catch {
            let error = ActError(error, for: connection.clients)
            use.end(.init(error: error.code), code: error.code)
            throw error
        }
    }

    private func requireToken(
        of actor: Actor,
        toAllow probe: ActProbe,
        of connection: ActConnection
    ) throws(ActError) {
        guard let token = actor.principal.actToken, probe.sendsRequest else { return }
        let subject = RuleSubject(
            principal: actor.principal,
            method: probe.act.method,
            rawPath: probe.act.pathBelowBase,
            rawQuery: probe.act.query,
            headers: probe.act.masked.headers,
            body: probe.act.maskedBody
        )
        if case .refused(let refusal) = ActRules(token.limits).judge(subject) {
            throw ActError(.token(.limits(refusal)), for: connection.clients)
        }
    }

    private func verdict(of probe: ActProbe, _ use: ConnectionUse) async throws -> (ProbeVerdict, ProxiedResponse.Facts)
    {
        var facts = ProxiedResponse.Facts()
        do {
            let authenticated = try await authenticator.authenticateAnew(use.plan, with: try await open(use))
            guard probe.sendsRequest else { return (probe.verdictOnExchange, facts) }
            let start = MonotonicClock.now()
            let span = use.span?.child(.upstream(authenticated.request.method), .client)
            defer { span?.end(facts.status.map { [.status($0)] } ?? [], failed: facts.status ?? 599 >= 400) }
            let answer = try await egress.collect(authenticated.request, atMost: Self.probeResponseBytes)
            facts.status = answer.head.status
            facts.upstreamNanoseconds = MonotonicClock.now() - start
            return (probe.verdict(on: answer.head, body: answer.body.bytes), facts)
        } catch let failure as ActFailure {
            return (probe.verdict(on: failure), facts)
        } catch let error as EgressError where error != .stopped && error != .cancelled {
            return (probe.verdict(on: error), facts)
        }
    }
}
