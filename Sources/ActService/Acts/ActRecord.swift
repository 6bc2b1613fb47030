import Access
import Acting
import Documents
import Storage
import Threads

/// The audit events of one use of a connection: the intent, which is durable before the secret is opened, and
/// the outcome.
struct ActRecord: Sendable {
    private let act: AuditedAct
    /// The act token by which it is done, if its number of acts is limited.
    private let countedToken: (id: Identifier, organization: Identifier)?
    private let store: any ChangeStore
    private let startedAt = MonotonicClock.now()

    init(
        _ action: AuditedAct.Action,
        _ plan: PlannedAct,
        of connection: Identifier,
        by actor: Actor,
        _ ruling: ConnectionActs.Ruling = .init(),
        in store: any ChangeStore
    ) {
        self.store = store
        let principal = actor.principal
        countedToken = principal.actToken.flatMap { token in
            token.limits.actsAtMost.map { _ in (token.id, principal.organization) }
        }
        act = AuditedAct(
            action,
            connection: connection,
            principal: actor.principal,
            requestID: actor.requestID,
            method: plan.method,
            origin: plan.origin,
            path: plan.path,
            queryNames: plan.query.map(Self.names) ?? [],
            rule: ruling.rule,
            objection: ruling.objection
        )
    }

    /// Writes the intent, and counts the act in the same transaction.
    ///
    /// - Parameter completion: Called once it is durable, or with why it was not written: then nothing may be done. On
    ///   the store's own thread, to which it must return at once.
    func begin(_ completion: @escaping @Sendable (ActError.Cause?) -> Void) {
        let count = countedToken.map { [Mutation.countAct(by: $0.id, organization: $0.organization)] } ?? []
        store.enqueue(Change(count, event: act.intent())) { result in
            switch result {
            case .success(.committed): completion(nil)
            case .success(.conflict): completion(.token(.usedUp))
            case .success(.missing) where !count.isEmpty: completion(.token(.revoked))
            case .failure(.closed): completion(.other(StoreError.closed))
            case .success, .failure: completion(.unrecorded)
            }
        }
    }

    /// Gives the outcome to the store, which writes it with what else there is to write.
    func end(_ outcome: AuditedAct.Outcome) {
        let milliseconds = Int64((MonotonicClock.now() - startedAt) / 1_000_000)
        store.commitSoon(Change([], event: act.outcome(outcome, milliseconds: milliseconds)))
    }

    /// The names of a query's parameters, as they are written there.
    private static func names(in query: String) -> [String] {
        query.split(separator: "&").compactMap { parameter in
            parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
        }
    }
}
