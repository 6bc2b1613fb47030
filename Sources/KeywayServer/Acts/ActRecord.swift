import Access
import Connections
import Documents
import Storage

/// The two events by which the audit log tells of one use of a secret: the intent, which is durable before the secret is
/// opened, and the outcome.
struct ActRecord: Sendable {
    /// `connection.act` or `connection.test`.
    let action: String
    let call: Call
    let connection: Identifier
    let store: any ChangeStore

    /// Commits the intent.
    ///
    /// - Throws: ``StoreError`` if it can't be written: then nothing may be done.
    func begin(_ details: [JSONValue.Member]) async throws {
        let event = event("intent", details)
        guard try await store.commit(Change([], event: event)) == .committed else {
            throw StoreError.unavailable("the intent of an act was not written")
        }
    }

    /// Gives the outcome to the store, which writes it with what else there is to write.
    func end(_ details: [JSONValue.Member]) {
        store.enqueue(Change([], event: event("outcome", details))) { _ in }
    }

    private func event(_ phase: String, _ details: [JSONValue.Member]) -> AuditEvent {
        call.event(
            action,
            on: DocumentSchema.connection.type,
            connection,
            details: [.init("phase", .string(phase))] + details
        )
    }
}
