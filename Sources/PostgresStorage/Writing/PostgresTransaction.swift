import Access
import Documents
import Secrets
import Storage

/// A transaction of the writer's that carries out changes together, each wholly or not at all.
///
/// It locks the rows of the organisations that it is about, in the order of their ordinals: so changes of one
/// organisation are made one after another, whichever node makes them, as with the embedded store's one writer. Creations
/// of connections, and events that stand alone, need that only for the audit chain: a batch of nothing else locks last.
final class PostgresTransaction {
    private let connection: PostgresConnection
    private let patience: Duration
    private let digest: DigestFunction
    private let isDurable: Bool

    /// Statements whose rows nobody needs, to be sent with the next one that somebody waits for.
    private var pending: [(query: SQLQuery, affects: Int?)] = []

    /// Organisations that are known to be there.
    var ordinals: [Identifier: Int64] = [:]
    /// Master keys that are noted, and stay so until the transaction ends.
    var notedMasterKeys: Set<String> = []
    /// Users that are there.
    var knownUsers: Set<Identifier> = []
    private var events: [(ordinal: Int64, event: AuditEvent)] = []
    private var heads: [Int64: (sequence: Int64, digest: String)] = [:]
    private var touchesAccess = false
    private(set) var hasChanges = false

    /// The effect of a mutation.
    enum Effect {
        case changed, unchanged
        /// Nothing: it cannot be carried out.
        case refused(CommitOutcome)
    }

    /// - Parameters:
    ///   - connection: The writer's connection.
    ///   - patience: The longest wait for a statement.
    ///   - isDurable: Whether the commit itself waits for the disk and the standby, whatever is committed.
    ///   - digest: The digest of the audit chain.
    init(
        on connection: PostgresConnection,
        within patience: Duration,
        isDurable: Bool,
        digest: @escaping DigestFunction
    ) {
        self.connection = connection
        self.patience = patience
        self.digest = digest
        self.isDurable = isDurable
        later(SQLQuery("BEGIN"))
        later(Self.settings(patience))
    }

    /// Nothing else frees an organisation whose lock a stopped node holds; and through a pooler these must not outlive
    /// the transaction.
    private static func settings(_ patience: Duration) -> SQLQuery {
        let all = max(patience.milliseconds, 1)
        return SQLQuery(
            """
            SELECT set_config('idle_in_transaction_session_timeout', $1, true), set_config('lock_timeout', $2, true),
                set_config('statement_timeout', $3, true)
            """,
            .text("\(max(all * 2 / 5, 1))"),
            .text("\(max(all * 4 / 5, 1))"),
            .text("\(all)")
        )
    }

    // MARK: Statements

    /// Runs a statement, and those that wait.
    func ask(_ sql: String, _ parameters: SQLValue...) throws(PostgresError) -> SQLResult {
        try ask(SQLQuery(sql, parameters: parameters))
    }

    func ask(_ query: SQLQuery) throws(PostgresError) -> SQLResult {
        guard let result = try ask(all: [query]).first else { throw .lostConnection() }
        return result
    }

    func ask(all queries: [SQLQuery]) throws(PostgresError) -> [SQLResult] {
        let before = pending
        pending.removeAll(keepingCapacity: true)
        let results = try connection.run(before.map(\.query) + queries, within: patience)
        for (waiting, result) in zip(before, results) {
            if let affects = waiting.affects, result.affected != affects { throw .damaged }
        }
        return Array(results.dropFirst(before.count))
    }

    /// Runs a statement with the next that is asked.
    ///
    /// - Parameters:
    ///   - query: The statement.
    ///   - affects: The rows that it must affect.
    func later(_ query: SQLQuery, affects: Int? = nil) {
        pending.append((query, affects))
    }

    func later(_ sql: String, _ parameters: SQLValue...) {
        later(SQLQuery(sql, parameters: parameters))
    }

    // MARK: Changes

    /// Carries changes out.
    ///
    /// - Parameters:
    ///   - changes: The changes.
    ///   - known: Ordinals of organisations, which never change.
    /// - Returns: Their outcomes, in order, which are true once the transaction is committed.
    /// - Throws: ``PostgresError``; nothing was done then, once it is rolled back.
    func carryOut(
        _ changes: [Change],
        knowing known: [Identifier: Int64]
    ) throws(PostgresError) -> [CommitOutcome] {
        let isQuick = changes.allSatisfy { $0.isQuick && known[$0.organization] != nil }
        if isQuick {
            ordinals = known
        } else {
            try lock(Set(changes.flatMap(\.organizations)))
        }
        var outcomes: [CommitOutcome] = []
        outcomes.reserveCapacity(changes.count)
        var index = 0
        while index < changes.count {
            let run = creations(in: changes[index...])
            if run.count > 1 || isQuick && run.count == 1 {
                outcomes += try create(run, locking: isQuick)
                index += run.count
            } else {
                outcomes.append(try apply(changes[index]))
                index += 1
            }
        }
        if !events.isEmpty, isQuick { try lockHeads() }
        return outcomes
    }

    /// The creations of connections that a slice begins with, no two of one key.
    private func creations(in changes: ArraySlice<Change>) -> ArraySlice<Change> {
        var keys: Set<Int64> = []
        let end = changes.firstIndex { change in
            guard let record = change.creation?.record, ordinals[change.organization] != nil else { return true }
            return !keys.insert(record.id.key).inserted
        }
        return changes[..<(end ?? changes.endIndex)]
    }

    private func apply(_ change: Change) throws(PostgresError) -> CommitOutcome {
        // One mutation refuses before it writes; of several, the first may have written when the second refuses. So it
        // may have when its result is looked at.
        guard change.mutations.count > 1 || change.requirements.contains(where: \.isOfResult) else {
            return try perform(change)
        }
        let (ordinals, users) = (ordinals, knownUsers)
        later("SAVEPOINT change")
        let outcome = try perform(change)
        if outcome != .committed {
            later("ROLLBACK TO change")
            self.ordinals = ordinals
            knownUsers = users
            // A lock that was taken on one is given back.
            notedMasterKeys.removeAll()
        }
        later("RELEASE change")
        return outcome
    }

    private func perform(_ change: Change) throws(PostgresError) -> CommitOutcome {
        // Known before anything is written, unless the change itself creates the organisation.
        for event in change.events where ordinals[event.organization] == nil {
            guard change.mutations.contains(where: { $0.creates(event) }) else { return .missing }
        }
        if let unmet = try unmetRequirement(of: change, afterwards: false) { return .unmet(unmet) }
        var changesAnything = change.mutations.isEmpty
        for mutation in change.mutations {
            switch try apply(mutation) {
            case .changed: changesAnything = true
            case .unchanged: break
            case .refused(let outcome): return outcome
            }
        }
        if let unmet = try unmetRequirement(of: change, afterwards: true) { return .unmet(unmet) }
        if changesAnything { try note(change) }
        return .committed
    }

    private func unmetRequirement(of change: Change, afterwards: Bool) throws(PostgresError) -> Requirement? {
        for requirement in change.requirements where requirement.isOfResult == afterwards {
            guard try holds(requirement) else { return requirement }
        }
        return nil
    }

    /// Takes note of a change that was carried out: its events, and whether it is one of access.
    func note(_ change: Change) throws(PostgresError) {
        hasChanges = true
        touchesAccess = touchesAccess || change.touchesAccess
        for event in change.events {
            guard let ordinal = ordinals[event.organization] else { throw .damaged }
            events.append((ordinal, event))
        }
    }

    // MARK: Organisations

    /// Locks organisations and reads the ends of their chains.
    private func lock(_ organizations: Set<Identifier>) throws(PostgresError) {
        guard !organizations.isEmpty else { return }
        let found = try ask(
            "SELECT ordinal, id FROM organizations WHERE id = ANY($1) ORDER BY ordinal FOR NO KEY UPDATE",
            .texts(organizations.map(\.description))
        )
        _ = try found.map { row throws(PostgresError) in ordinals[try row.identifier(1)] = row.integer(0) }
        guard !ordinals.isEmpty else { return }
        try readHeads(of: Array(ordinals.values))
    }

    /// Locks the organisations of the events alone, with their chains.
    private func lockHeads() throws(PostgresError) {
        let ordinals = Set(events.map(\.ordinal)).sorted()
        later(Self.lock(ordinals), affects: ordinals.count)
        try readHeads(of: ordinals)
    }

    static func lock(_ ordinals: [Int64]) -> SQLQuery {
        SQLQuery(
            "SELECT ordinal FROM organizations WHERE ordinal = ANY($1) ORDER BY ordinal FOR NO KEY UPDATE",
            .integers(ordinals)
        )
    }

    /// A statement after the one that locks sees what was committed while it waited.
    private func readHeads(of ordinals: [Int64]) throws(PostgresError) {
        let found = try ask(
            """
            SELECT l.place, l.event FROM unnest($1::int8[]) AS o (ordinal) CROSS JOIN LATERAL (
                SELECT place, event FROM audit_log
                WHERE place BETWEEN o.ordinal << 40 AND (o.ordinal << 40) + x'ffffffffff'::int8
                ORDER BY place DESC LIMIT 1
            ) l
            """,
            .integers(ordinals)
        )
        _ = try found.map { row throws(PostgresError) in
            let place = row.integer(0)
            let ordinal = place >> AuditPlace.sequenceBits
            heads[ordinal] = (
                place - AuditPlace.all(of: ordinal).lowerBound, row.withBytes(1) { digest($0).hexadecimal }
            )
        }
    }

    // MARK: The end

    /// A committed transaction, which may not be durable yet.
    struct Committed {
        /// An event of it, by which it is known again; `nil` if there is none.
        let witness: Witness?
        /// Whether it is durable already. One that nothing of could be found again is committed so.
        let isDurable: Bool
        /// The state of access that it led to; `nil` if it changed nothing about that.
        let access: AccessState?
    }

    /// An event at its place in the audit log.
    struct Witness {
        let ordinal: Int64
        let place: Int64
        let line: [UInt8]
    }

    /// The failure of a commit.
    enum CommitFailure: Error {
        /// Nothing was done.
        case undone(PostgresError)
        /// It may be done; the witness knows.
        case doubtful(PostgresError, Witness?)
    }

    /// Ties the events to their chains and commits.
    func commit() throws(CommitFailure) -> Committed {
        let lines = chainEvents()
        let witness = lines.first
        let mark = Int64.random(in: .min ... .max)
        var queries: [SQLQuery] = []
        if !lines.isEmpty {
            queries.append(
                SQLQuery(
                    "INSERT INTO audit_log (place, event, time) SELECT * FROM unnest($1::int8[], $2::text[], $3::int8[])",
                    .integers(lines.map(\.place)),
                    .utf8s(lines.map(\.line)),
                    .integers(events.map(\.event.time.microseconds))
                )
            )
        }
        if touchesAccess {
            queries.append(AccessState.raising(mark))
            queries.append(AccessState.notification)
        }
        let isDurable = isDurable || witness == nil
        if !isDurable { queries.append(SQLQuery("SELECT set_config('synchronous_commit', 'off', true)")) }
        queries.append(SQLQuery("COMMIT"))
        do throws(PostgresError) {
            // What must have affected a row is looked at before the commit.
            if pending.contains(where: { $0.affects != nil }) { _ = try ask(all: []) }
        } catch {
            throw .undone(error)
        }
        do throws(PostgresError) {
            let start = AccessState.now()
            let results = try ask(all: queries)
            guard results.last?.tag == "COMMIT" else { throw .refused(state: "25P02") }
            // The standby was not waited for.
            guard !connection.noticeStates.contains("01000") else { throw .lost("a standby is away") }
            let access = touchesAccess ? results[lines.isEmpty ? 0 : 1].first : nil
            return Committed(
                witness: witness,
                isDurable: isDurable,
                access: access.map { AccessState($0, readAt: start) }
            )
        } catch {
            if error.endsConnection { throw .doubtful(error, witness) }
            throw .undone(error)
        }
    }

    private func chainEvents() -> [Witness] {
        events.map { ordinal, event in
            var head = heads[ordinal] ?? (0, AuditPlace.noDigest)
            head.sequence += 1
            let line = event.line(sequence: head.sequence, previous: head.digest)
            head.digest = line.withUnsafeBytes { digest($0).hexadecimal }
            heads[ordinal] = head
            return Witness(ordinal: ordinal, place: AuditPlace.of(sequence: head.sequence, in: ordinal), line: line)
        }
    }

    func rollBack() {
        pending.removeAll()
        if connection.isUsable { _ = try? connection.run(SQLQuery("ROLLBACK"), within: patience) }
    }
}

extension Mutation {
    /// Whether it creates the organisation in whose log the event belongs.
    fileprivate func creates(_ event: AuditEvent) -> Bool {
        guard case .createOrganization(let organization) = self else { return false }
        return organization.id == event.organization
    }
}
