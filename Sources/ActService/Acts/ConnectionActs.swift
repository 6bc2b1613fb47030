import Access
package import Acting
import Connections
package import Documents
package import Egress
import LinkRewriting
import Secrets
package import Storage
import Threads
import Tracing
package import Vault

/// Acts through connections, from the stored state to the third party's response.
///
/// The order is what makes it safe: access, destination and rules are judged on what is stored and on the bytes that
/// will be sent; the intent is durable before a secret is opened; the address is checked when the socket opens; what
/// comes back is masked before anyone sees it.
///
/// Nothing waits: each step is taken by the thread that has done the one before, from the door's to the store's, to
/// that of the egress client, which also answers. Only tokens, and master keys in hardware, are asked for elsewhere.
package final class ConnectionActs: Sendable {
    let store: any ActingStore & ChangeStore
    let vault: Vault
    let egress: EgressClient
    let authenticator: ActAuthenticator
    let planner: ActPlanner
    let prober: ActProber
    let metrics: ActMetrics
    private let noteObjection: @Sendable (Objection) -> Void
    private let uses: KeyUses
    let limiter = ActLimiter()
    let connections: ActConnections

    /// The longest response to a probe, in bytes.
    static let probeResponseBytes = 4 * 1_024 * 1_024

    /// An act that is done although no rule allows it, since rules are only observed.
    package struct Objection: Sendable {
        package let requestID: String
        package let connection: Identifier
        /// The reason for the refusal.
        package let text: String
    }

    /// - Parameters:
    ///   - store: Has the connections, and takes intents and outcomes.
    ///   - vault: Opens secrets.
    ///   - egress: Sends requests.
    ///   - planner: Plans them.
    ///   - environment: Has the variables from which AWS credentials of Keyway's own are taken.
    ///   - shared: Where nodes share tokens; `nil` where there is one node.
    ///   - metrics: Count acts.
    ///   - uses: Takes the days on which connections are acted through.
    ///   - noteObjection: Tells the operator what rules would refuse if they were enforced.
    package init(
        store: any ActingStore & ChangeStore,
        vault: Vault,
        egress: EgressClient,
        planner: ActPlanner,
        environment: @escaping @Sendable (String) -> String?,
        shared: (any SharedStore)? = nil,
        metrics: ActMetrics,
        uses: KeyUses,
        noteObjection: @escaping @Sendable (Objection) -> Void
    ) {
        self.store = store
        self.vault = vault
        self.egress = egress
        self.metrics = metrics
        self.uses = uses
        self.noteObjection = noteObjection
        authenticator = ActAuthenticator(
            endpoint: egress,
            aws: AWSCredentialSource(environment: environment),
            sharing: shared.map { StoredTokens(store: $0, vault: vault) }
        )
        self.planner = planner
        prober = ActProber(planner: planner)
        connections = ActConnections(planner: planner)
    }

    // MARK: Acting

    /// Plans an act without doing it.
    ///
    /// - Returns: The request that would be sent.
    /// - Throws: The error that would keep it from being sent, limits aside.
    package func plan(
        _ request: ActRequest,
        through id: Identifier,
        by actor: Actor
    ) throws(ActError) -> DryRun {
        let (connection, _) = try connection(id, for: actor)
        let plan = try plan(request, on: connection)
        let ruling = try judge(plan, request, on: connection, actor)
        return DryRun(request: plan.maskedAsSent(userAgent: egress.userAgent), rule: ruling.rule)
    }

    /// Sends a request through a connection.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - id: The connection's id.
    ///   - actor: The caller.
    ///   - sink: Takes the one response, on this thread or another.
    package func perform(
        _ request: ActRequest,
        through id: Identifier,
        by actor: Actor,
        answering sink: any ActSink
    ) {
        do throws(ActError) {
            let act = try begin(request, through: id, by: actor, answering: sink)
            sink.whenCallerLeaves { [caller = act.caller] in caller.callerHasLeft() }
            if let span = act.use.span { span.scope { record(act) } } else { record(act) }
        } catch {
            sink.fail(error)
        }
    }

    /// Writes the intent, and goes on when it is durable.
    private func record(_ act: Act) {
        act.use.record.begin { error in
            if let error {
                return act.fail(ActError(error, for: act.use.connection.clients), isRecorded: false)
            }
            self.egress.run { self.authenticate(act) }
        }
    }

    /// Takes all steps that need no secret and leave no trace.
    private func begin(
        _ request: ActRequest,
        through id: Identifier,
        by actor: Actor,
        answering sink: any ActSink
    ) throws(ActError) -> Act {
        let (connection, sealed) = try connection(id, for: actor)
        let plan = try plan(request, on: connection)
        let ruling: Ruling
        do {
            ruling = try judge(plan, request, on: connection, actor)
        } catch {
            metrics.count(connection.integration, error.code)
            throw error
        }
        if let objection = ruling.objection {
            metrics.count(connection.integration, "rule_observed")
            noteObjection(.init(requestID: actor.requestID, connection: connection.id, text: objection))
        }
        let record = ActRecord(.act, plan, of: connection.id, by: actor, ruling, in: store)
        let use = try admit(plan, through: connection, sealed, record, by: actor, as: .act)
        uses.noteUse(ofConnection: connection.id, in: connection.organization)
        return Act(use, to: sink, ActLinks(plan, of: connection, to: sink))
    }

    /// Opens the secrets: the intent is durable.
    private func authenticate(_ act: Act) {
        if act.caller.hasLeft { return act.fail(EgressError.cancelled) }
        do {
            if let secrets = try openAtOnce(act.use) {
                try authenticateAtOnce(act, with: secrets)
            } else {
                Task { await self.open(act) }
            }
        } catch {
            act.fail(error)
        }
    }

    /// Has hardware open the secrets. A caller who leaves ends the act at once.
    private func open(_ act: Act) async {
        guard act.caller.enter({ act.fail(EgressError.cancelled) }) else {
            return act.fail(EgressError.cancelled)
        }
        do {
            let secrets = try await open(act.use)
            guard act.caller.stageEnded() else { return }
            egress.run {
                do {
                    try self.authenticateAtOnce(act, with: secrets)
                } catch {
                    act.fail(error)
                }
            }
        } catch {
            if act.caller.stageEnded() { act.fail(error) }
        }
    }

    private func authenticateAtOnce(_ act: Act, with secrets: OpenedConnectionSecrets) throws {
        if let authenticated = try authenticator.authenticateAtOnce(act.use.plan, with: secrets) {
            send(authenticated, act)
        } else {
            Task { await self.authenticate(act, with: secrets) }
        }
    }

    /// Sends a request that needs a token, and once more with another if that is refused.
    private func authenticate(_ act: Act, with secrets: OpenedConnectionSecrets) async {
        guard let first = await authenticated(act, with: secrets) else { return }
        send(first, act) {
            Task {
                await self.authenticator.forgetToken(of: first)
                guard let second = await self.authenticated(act, with: secrets) else { return }
                self.send(second, act)
            }
        }
    }

    /// Asks for a token. A caller who leaves ends the act at once; the token is for the next caller.
    ///
    /// - Returns: The request with its token, or `nil` if the act has ended.
    private func authenticated(
        _ act: Act,
        with secrets: OpenedConnectionSecrets
    ) async -> AuthenticatedAct? {
        guard act.caller.enter({ act.fail(EgressError.cancelled) }) else {
            act.fail(EgressError.cancelled)
            return nil
        }
        let span = act.use.span?.child(.token)
        do {
            let authenticated = try await authenticator.authenticate(act.use.plan, with: secrets)
            span?.end()
            return act.caller.stageEnded() ? authenticated : nil
        } catch {
            span?.end(failed: true)
            if act.caller.stageEnded() { act.fail(error) }
            return nil
        }
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - authenticated: The request.
    ///   - act: The act.
    ///   - wantsWhole: Whether the whole is asked for where the caller asked for a part.
    ///   - location: Where a redirect led, if this follows one.
    ///   - renew: Sends the request with another token; `nil` if no other is to be tried.
    private func send(
        _ authenticated: AuthenticatedAct,
        _ act: Act,
        wantsWhole: Bool = false,
        following location: String? = nil,
        renewing renew: (@Sendable () -> Void)? = nil
    ) {
        let span = act.use.span?.child(.upstream(authenticated.request.method), .client)
        let answer = ProxiedResponse(
            of: authenticated,
            plan: act.use.plan,
            asksForWhole: wantsWhole,
            act.links,
            to: act.sink,
            renewing: renew == nil ? nil : authenticator
        )
        guard act.caller.enter(answer.abandonment) else { return act.fail(EgressError.cancelled) }
        // Another host, to which a redirect leads, has no part in the trace.
        let trace = location == nil ? act.use.plan.traceHeaders(as: span?.context.traceparent) : []
        answer.send(by: egress, adding: trace) { delivery, facts in
            span?.end(facts.status.map { [.status($0)] } ?? [], failed: facts.status ?? 599 >= 400)
            _ = act.caller.stageEnded()
            if facts.refusesToken { Task { await self.authenticator.forgetToken(of: authenticated) } }
            switch consume delivery {
            case .begun(let body, let error):
                act.conclude(facts, error: error)
                if error == nil { body.finish() }
            case .unbegun(.tokenRefused): renew?()
            case .unbegun(.redirected(let link, let location)):
                self.send(authenticated.following(link, of: act.use.plan), act.following(link), following: location)
            case .unbegun(.codedPart): self.send(authenticated, act, wantsWhole: true)
            case .unbegun(.redirectRefused(let refusal)): act.refuse(refusal, facts)
            case .unbegun(.failed(let error)):
                if let location, let refusal = act.links.refusal(after: error, at: location) {
                    act.refuse(refusal, facts)
                } else {
                    act.fail(error, facts: facts)
                }
            case .unbegun(.whole(let response)):
                act.conclude(facts, error: nil)
                act.sink.send(response)
            }
        }
    }
}
