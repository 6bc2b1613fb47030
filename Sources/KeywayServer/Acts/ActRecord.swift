import Access
import Acting
import Documents
import HTTPServer
import Storage

/// What the audit log is told of one use of a connection: the intent, which is durable before the secret is opened, and
/// the outcome.
struct ActRecord: Sendable {
    private let act: AuditedAct
    private let store: any ChangeStore
    private let startedAt = MonotonicClock.now()

    init(
        _ action: AuditedAct.Action,
        _ plan: PlannedAct,
        of connection: Identifier,
        by call: Call,
        _ ruling: ConnectionActs.Ruling = .init(),
        in store: any ChangeStore
    ) {
        self.store = store
        act = AuditedAct(
            action,
            connection: connection,
            principal: call.principal,
            requestID: call.requestID,
            method: plan.method,
            origin: plan.origin,
            path: plan.path,
            queryNames: plan.query.map(Self.names) ?? [],
            rule: ruling.rule,
            objection: ruling.objection
        )
    }

    /// Commits the intent.
    ///
    /// - Throws: ``StoreError`` if it can't be written: then nothing may be done.
    func begin() async throws {
        guard try await store.commit(Change([], event: act.intent())) == .committed else {
            throw StoreError.unavailable("the intent of an act was not written")
        }
    }

    /// Gives the outcome to the store, which writes it with what else there is to write.
    func end(_ outcome: AuditedAct.Outcome) {
        let milliseconds = Int64((MonotonicClock.now() - startedAt) / 1_000_000)
        store.enqueue(Change([], event: act.outcome(outcome, milliseconds: milliseconds))) { _ in }
    }

    /// The names of a query's parameters, as they are written there.
    private static func names(in query: String) -> [String] {
        query.split(separator: "&").compactMap { parameter in
            parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
        }
    }
}
