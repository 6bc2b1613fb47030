import Access
import Documents
import Storage
import StorageTesting
import Synchronization
import Testing

@testable import PostgresStorage

/// Notes the work of a store, and whether it failed.
private final class WorkLog: StoreObserver {
    private struct Notes {
        var begun: [StoreWork] = []
        var ended: [(work: StoreWork, hasFailed: Bool)] = []
    }

    private let notes = Mutex(Notes())

    func begins(_ work: StoreWork) -> (@Sendable (_ hasFailed: Bool) -> Void)? {
        notes.withLock { $0.begun.append(work) }
        return { hasFailed in self.notes.withLock { $0.ended.append((work, hasFailed)) } }
    }

    /// How much of a kind was begun, has ended and has failed since this was called last.
    func take(_ work: StoreWork) -> [Int] {
        notes.withLock { notes in
            let ended = notes.ended.filter { $0.work == work }
            defer {
                notes.begun.removeAll { $0 == work }
                notes.ended.removeAll { $0.work == work }
            }
            return [notes.begun.count { $0 == work }, ended.count, ended.count { $0.hasFailed }]
        }
    }
}

@Suite("The observer of a PostgreSQL store", .timeLimit(.minutes(10)))
struct ObserverTests {
    @Test("is told of each read and commit, and of those that fail")
    func work() async throws {
        let log = WorkLog()
        let store = try PostgresStore.open(try Databases.fresh(), digest: testDigest, observer: log)
        let tenant = try await Tenant.create(in: store)
        #expect(log.take(.commit) == [1, 1, 0])
        #expect(log.take(.read) == [0, 0, 0])
        let record = tenant.record()
        let creation = Change([.createDocument(record, sealed: nil)], event: tenant.event(on: record.id))
        let outcome = await withCheckedContinuation { continuation in
            store.enqueue(creation) { continuation.resume(returning: $0) }
        }
        #expect(try outcome.get() == .committed)
        #expect(log.take(.commit) == [1, 1, 0])
        for _ in 0..<3 { #expect(try store.connection(record.id, in: tenant.id) != nil) }
        #expect(try store.user(tenant.user.id, in: tenant.id) != nil)
        #expect(log.take(.read) == [4, 4, 0])
        // Each of those who ask tells for themselves.
        #expect(store.connections(named: [RecordName(record.id, in: tenant.id)]).count == 1)
        #expect(log.take(.read) == [0, 0, 0])
        await store.close()
        #expect(throws: StoreError.self) { try store.connection(record.id, in: tenant.id) }
        await #expect(throws: StoreError.self) { try await store.commit(creation) }
        #expect(log.take(.read) == [1, 1, 1])
        #expect(log.take(.commit) == [1, 1, 1])
    }
}
