import Storage
import Threads

/// Finds out whether a transaction was committed whose end was not seen: its first event is at its place in the audit
/// log, or it is not. The server's own record of transactions lies after a crash.
struct CommitSettlement {
    private let connector: Connector

    init(_ connector: Connector) {
        self.connector = connector
    }

    private var patience: Duration { connector.configuration.patience }

    /// Something to commit that changes nothing: the commit waits until all that came before it in the log is durable, on
    /// the standby too where the server waits for one.
    static let message = SQLQuery("SELECT pg_logical_emit_message(true, 'keyway', '')")

    /// Throws unless a transaction with a ``message`` was committed in full.
    static func requireDurable(_ results: [SQLResult], on connection: PostgresConnection) throws(PostgresError) {
        guard results.last?.tag == "COMMIT", !connection.noticeStates.contains("01000") else {
            throw .lost("a standby is away")
        }
    }

    /// Tells whether a transaction is committed and durable.
    ///
    /// - Parameters:
    ///   - witness: An event of it; `nil` if there is none, and nobody can know.
    ///   - failure: The error that left it open.
    /// - Returns: `nil` if it is.
    func outcome(of witness: PostgresTransaction.Witness?, after failure: PostgresError) -> StoreError? {
        let unknown = failure.storeError(outcome: "it is unknown whether the change was made")
        guard let witness else { return unknown }
        // The transaction may still be under way: it ends within the server's own bounds, or its locks are waited for.
        let deadline = MonotonicClock.now() + 2 * patience.nanoseconds
        while MonotonicClock.now() < deadline {
            do throws(PostgresError) {
                let connection = try connector.connect()
                return try isCommitted(witness, on: connection) ? nil : failure.storeError()
            } catch {
                DetachedThread.sleep(milliseconds: 20)
            }
        }
        return unknown
    }

    /// Whether it is there, and durable: in one transaction, since a pooler may go on with another server between two.
    private func isCommitted(
        _ witness: PostgresTransaction.Witness,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Bool {
        let results = try connection.run(
            [
                SQLQuery("BEGIN"),
                SQLQuery("SELECT set_config('lock_timeout', $1, true)", .text("\(max(patience.milliseconds, 1))")),
                PostgresTransaction.numbering, PostgresTransaction.lock([witness.ordinal]),
                SQLQuery("SELECT event FROM audit_log WHERE place = $1", .integer(witness.place)), Self.message,
                SQLQuery("COMMIT"),
            ],
            within: patience + .seconds(1)
        )
        try Self.requireDurable(results, on: connection)
        return results[4].first?.bytes(0) == witness.line
    }
}
