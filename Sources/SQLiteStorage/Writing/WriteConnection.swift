import Access
import Documents
import Storage

/// The one connection that writes: it carries out changes in transactions. Used by the writer's thread alone.
final class WriteConnection {
    let database: Database
    let statements: WriteStatements
    private let path: String
    private let chain: AuditChain
    /// Ordinals of organisations met so far, which never change.
    private var ordinals: [Identifier: Int64] = [:]
    private let health: DatabaseHealth
    /// Master keys that are known to be noted.
    var notedMasterKeys: Set<String> = []
    /// The transaction's changes of connections' names.
    private var nameChanges: [NameChange] = []
    private var committedNameChanges: [NameChange] = []

    init(
        path: String,
        digest: @escaping DigestFunction,
        database: Database,
        health: DatabaseHealth
    ) throws(SQLiteError) {
        self.path = path
        self.health = health
        self.database = database
        statements = try WriteStatements(on: database)
        chain = try AuditChain(on: database, digest: digest)
    }

    /// The effect of a mutation.
    enum Effect {
        case changed, unchanged
        /// Nothing: it cannot be carried out.
        case refused(CommitOutcome)
    }

    /// Commits changes together, each wholly or not at all: a refused or faulty one does not touch the others.
    ///
    /// - Returns: As many results as there are changes, in their order. Those committed are durable, in the files that
    ///   the next start opens.
    func commit(_ changes: [Change]) -> [Result<CommitOutcome, StoreError>] {
        do throws(StoreError) {
            try health.requireWritable()
            let results = carryOut(changes)
            try health.requireFilesAfterCommit()
            return results
        } catch {
            return changes.map { _ in .failure(error) }
        }
    }

    private func carryOut(_ changes: [Change]) -> [Result<CommitOutcome, StoreError>] {
        do throws(SQLiteError) {
            return try transact(changes).map { .success($0) }
        } catch {
            health.note(error)
            if changes.count > 1 && !error.isOfDisk {
                // One of them is to blame: each for itself, then.
                return changes.map { carryOut([$0])[0] }
            }
            return changes.map { _ in .failure(error.storeError(path: path)) }
        }
    }

    /// Takes the changes of connections' names by commits since the last call, in their order.
    func takeNameChanges() -> [NameChange] {
        defer { committedNameChanges.removeAll(keepingCapacity: true) }
        return committedNameChanges
    }

    /// Notes what is done to the name of a connection; it counts once it is committed.
    func note(_ change: NameChange) {
        nameChanges.append(change)
    }

    private func transact(_ changes: [Change]) throws(SQLiteError) -> [CommitOutcome] {
        do throws(SQLiteError) {
            try statements.begin.run()
            var outcomes: [CommitOutcome] = []
            outcomes.reserveCapacity(changes.count)
            for change in changes { outcomes.append(try apply(change)) }
            try statements.commit.run()
            committedNameChanges += nameChanges
            nameChanges.removeAll(keepingCapacity: true)
            return outcomes
        } catch {
            nameChanges.removeAll()
            // Some errors have ended the transaction already.
            if database.isInTransaction { _ = try? statements.rollBack.run() }
            chain.rollBack()
            ordinals.removeAll()
            notedMasterKeys.removeAll()
            throw error
        }
    }

    private func apply(_ change: Change) throws(SQLiteError) -> CommitOutcome {
        // One mutation refuses before it writes; of several, the first may have written when the second refuses. So it
        // may have when its result is looked at.
        guard change.mutations.count > 1 || change.requirements.contains(where: \.isOfResult) else {
            return try perform(change)
        }
        try statements.savepoint.run()
        let nameChangesBefore = nameChanges.count
        let outcome = try perform(change)
        if outcome != .committed {
            nameChanges.removeLast(nameChanges.count - nameChangesBefore)
            try statements.rollBackToSavepoint.run()
            ordinals.removeAll()
            notedMasterKeys.removeAll()
        }
        try statements.releaseSavepoint.run()
        return outcome
    }

    private func perform(_ change: Change) throws(SQLiteError) -> CommitOutcome {
        // Known before anything is written, unless the change itself creates the organisation.
        for event in change.events where try ordinal(of: event.organization) == nil {
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
        guard changesAnything else { return .committed }
        for event in change.events {
            guard let ordinal = try ordinal(of: event.organization) else { return .missing }
            try chain.append(event, organization: ordinal)
        }
        return .committed
    }

    /// The first requirement about what the mutations find, or about what they leave, that does not hold.
    private func unmetRequirement(of change: Change, afterwards: Bool) throws(SQLiteError) -> Requirement? {
        for requirement in change.requirements where requirement.isOfResult == afterwards {
            guard try holds(requirement) else { return requirement }
        }
        return nil
    }

    /// The organisation's number, or `nil` if there is none of that id.
    func ordinal(of organization: Identifier) throws(SQLiteError) -> Int64? {
        if let ordinal = ordinals[organization] { return ordinal }
        try statements.ordinal.bind(1, text: organization.description)
        guard try statements.ordinal.step() else { return nil }
        let ordinal = statements.ordinal.integer(0)
        statements.ordinal.reset()
        if ordinals.count >= 4096 { ordinals.removeAll() }
        ordinals[organization] = ordinal
        return ordinal
    }
}

extension Mutation {
    /// Whether it creates the organisation in whose log the event belongs.
    fileprivate func creates(_ event: AuditEvent) -> Bool {
        guard case .createOrganization(let organization) = self else { return false }
        return organization.id == event.organization
    }
}
