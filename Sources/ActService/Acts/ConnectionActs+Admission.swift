import Access
import Acting
import Connections
import Documents
import Secrets
import Storage
import Threads
import Tracing

// The steps of an act before its intent is written: they need no secret and leave no trace.
extension ConnectionActs {
    /// Reads a connection, if the caller may act through it.
    func connection(
        _ id: Identifier,
        for actor: Actor
    ) throws(ActError) -> (ActConnection, SealedSecrets?) {
        let state = try state(of: id, for: actor)
        do {
            return (try connections.connection(id, of: actor.principal.organization, state), state.sealed)
        } catch {
            throw ActError(error)
        }
    }

    /// Reads the state of a connection, if the caller may act through it.
    func state(of id: Identifier, for actor: Actor) throws(ActError) -> ActingState {
        if let token = actor.principal.actToken, !token.limits.connections.contains(id) {
            throw ActError(.token(.otherConnection), for: .standard)
        }
        do {
            let organization = actor.principal.organization
            guard let state = try store.actingState(of: id, in: organization) else {
                connections.forget(id, of: organization)
                throw AccessError.noConnection
            }
            try ConnectionAccess.require(.resolver, under: state.policy, for: actor.principal)
            return state
        } catch {
            throw ActError(error)
        }
    }

    func plan(_ request: ActRequest, on connection: ActConnection) throws(ActError) -> PlannedAct {
        do {
            return try planner.plan(request, on: connection)
        } catch {
            throw ActError(.refused(error), for: connection.clients)
        }
    }

    func probe(of connection: ActConnection) throws(ActError) -> ActProbe {
        do {
            return try prober.probe(of: connection)
        } catch {
            throw ActError(error, for: connection.clients)
        }
    }

    /// The verdict of rules on an act that may be done.
    struct Ruling {
        /// The rule that allows it.
        var rule: String?
        /// Why none would, if rules were not only observed.
        var objection: String?
    }

    /// Judges a request by the limits of the caller's act token, and by the connection's rules.
    func judge(
        _ plan: PlannedAct,
        _ request: ActRequest,
        on connection: ActConnection,
        _ actor: Actor
    ) throws(ActError) -> Ruling {
        let limits = actor.principal.actToken.map { ActRules($0.limits) } ?? .none
        guard !connection.rules.isEmpty || !limits.isEmpty else { return Ruling() }
        let subject = RuleSubject(
            principal: actor.principal,
            method: plan.method,
            rawPath: plan.pathBelowBase,
            rawQuery: request.query,
            headers: plan.masked.headers,
            body: plan.maskedBody,
            isBodyStreamed: plan.isBodyStreamed,
            isBodySigned: request.signature?.coversBody ?? true
        )
        if case .refused(let refusal) = limits.judge(subject) {
            throw ActError(.token(.limits(refusal)), for: connection.clients)
        }
        switch connection.rules.judge(subject) {
        case .allowed(let rule): return Ruling(rule: rule)
        case .observed(let refusal): return Ruling(objection: refusal.description)
        case .refused(let refusal): throw ActError(.rule(refusal), for: connection.clients)
        }
    }

    /// Lets an act begin within its connection's limits, and its span below that of the actor's request.
    func admit(
        _ plan: PlannedAct,
        through connection: ActConnection,
        _ sealed: SealedSecrets?,
        _ record: ActRecord,
        by actor: Actor,
        as name: SpanName
    ) throws(ActError) -> ConnectionUse {
        let verdict = limiter.enter(
            connection.id,
            of: connection.organization,
            concurrency: connection.concurrency,
            rate: connection.rate,
            now: MonotonicClock.now()
        )
        let cause: ActError.Cause
        switch verdict {
        case .admitted:
            metrics.begin()
            return ConnectionUse(
                record: record,
                connection: connection,
                plan: plan,
                sealed: sealed,
                limiter: limiter,
                metrics: metrics,
                span: actor.span?.child(
                    name,
                    .internal,
                    [.connection(connection.id), .integration(connection.integration)]
                )
            )
        case .tooMany(let number): cause = .tooMany(atOnce: number)
        case .tooFast(let number): cause = .tooFast(perSecond: number)
        }
        let error = ActError(cause, for: connection.clients)
        metrics.count(connection.integration, error.code)
        throw error
    }
}
