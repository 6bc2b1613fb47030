import Access
import Documents
import Storage
import Synchronization

/// The store of acts in memory: connections as a test puts them there, and the audit events that are committed.
final class MemoryStore: ActingStore, ChangeStore {
    private struct State {
        var connections: [Identifier: ActingState] = [:]
        var events: [AuditEvent] = []
        var failure: StoreError?
    }

    private let state = Mutex(State())

    /// The events so far, from the first.
    var events: [AuditEvent] { state.withLock { $0.events } }

    /// The details of those events.
    var details: [JSONValue] { events.map { .object($0.details) } }

    func put(_ connection: ActingState, as id: Identifier) { state.withLock { $0.connections[id] = connection } }

    /// Refuses what is to be committed; `nil` for nothing.
    func refuse(with failure: StoreError?) { state.withLock { $0.failure = failure } }

    func actingState(of connection: Identifier, in _: Identifier) throws(StoreError) -> ActingState? {
        state.withLock { $0.connections[connection] }
    }

    func commit(_ change: Change) async throws(StoreError) -> CommitOutcome { try take(change).get() }

    func enqueue(_ change: Change, completion: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void) {
        completion(take(change))
    }

    func commitSoon(_ change: Change) { _ = take(change) }

    private func take(_ change: Change) -> Result<CommitOutcome, StoreError> {
        state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            state.events += change.events
            return .success(.committed)
        }
    }
}
