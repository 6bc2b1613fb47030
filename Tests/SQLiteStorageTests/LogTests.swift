import Access
import Foundation
import Platform
import Secrets
import Storage
import StorageTesting
import Synchronization
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("The write-ahead log", .timeLimit(.minutes(10)))
struct LogTests {
    private let directory = TemporaryDirectory()

    @Test("stays bounded under load, whatever reads at the same time")
    func bounded() async throws {
        let pages = 200
        let store = try SQLiteStore(
            directory: directory.path,
            creating: true,
            digest: testDigest,
            checkpointPages: pages
        )
        let tenant = try await Tenant.create(in: store)
        let isDone = Flag()
        let largest = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var largest = 0
                while !isDone.isSet {
                    let page = Page(size: 100, number: 0)
                    _ = try store.documents(.connection, in: tenant.id, matching: .init(), page: page)
                    largest = max(largest, size(ofFile: directory.log))
                    await Task.yield()
                }
                return largest
            }
            try await withThrowingTaskGroup(of: Void.self) { writers in
                for _ in 0..<8 {
                    writers.addTask {
                        for _ in 0..<400 {
                            let record = tenant.record(document: String(repeating: "x", count: 3000))
                            try await tenant.create(record, in: store)
                            _ = try store.document(.connection, record.id, in: tenant.id)
                        }
                    }
                }
                try await writers.waitForAll()
            }
            isDone.set()
            return try await group.reduce(0, max)
        }
        // Waiting for readers starts at four times; a batch comes on top.
        #expect(largest < 6 * pages * 4096)
        await store.close()
    }

    @Test("and the database hold nothing of deleted or replaced secrets once the store has been idle")
    func idle() async throws {
        let store = try directory.store()
        let sealed = try await useSecrets(of: store)
        for _ in 0..<600 where holds(sealed) { try await Task.sleep(for: .milliseconds(50)) }
        #expect(!holds(sealed))
        await store.close()
    }

    @Test("is emptied once a reader of another process lets it, though nothing is written any more")
    func idleBesideAReader() async throws {
        let store = try directory.store()
        let reader = try Database(path: directory.database, mode: .readOnly)
        try reader.execute("BEGIN", operation: .read)
        _ = try reader.integer("SELECT count(*) FROM connections")
        let sealed = try await useSecrets(of: store)
        // Longer than it takes the store to try.
        try await Task.sleep(for: .milliseconds(1_500))
        #expect(holds(sealed))
        try reader.execute("COMMIT", operation: .read)
        for _ in 0..<600 where holds(sealed) { try await Task.sleep(for: .milliseconds(50)) }
        #expect(!holds(sealed))
        await store.close()
    }

    @Test("and the database hold nothing of deleted or replaced secrets after closing")
    func closed() async throws {
        let store = try directory.store()
        let sealed = try await useSecrets(of: store)
        await store.close()
        #expect(!holds(sealed))
    }

    /// Stores secrets in one page (see `SQLiteStore.settings` for more), then deletes, replaces, rewraps and removes
    /// them; gives their bytes.
    private func useSecrets(of store: SQLiteStore) async throws -> [UInt8] {
        let tenant = try await Tenant.create(in: store)
        let sealed = SealedSecrets.lettered("Q")
        let records = (0..<60).map { _ in tenant.record() }
        for record in records { try await tenant.create(record, sealed: sealed, in: store) }
        #expect(holds(sealed.bytes))
        for (index, record) in records.enumerated() {
            let mutation: Mutation =
                switch index % 4 {
                case 0: .deleteDocument(.connection, record.id, organization: tenant.id)
                case 1: .updateDocument(record, expecting: 1, sealed: .lettered("r"))
                case 2: .updateDocument(record, expecting: 1, sealed: nil)
                default:
                    .rewrapSecrets(record.sealed(SealedSecrets(masterKeyID: "k2", bytes: [1, 2, 3])))
                }
            #expect(try await store.commit(Change([mutation], event: nil)) == .committed)
        }
        return sealed.bytes
    }

    private func holds(_ sought: [UInt8]) -> Bool {
        [directory.database, directory.log].contains { file in
            guard let bytes = bytes(ofFile: file) else { return false }
            // Even a part of them would be one too much.
            let part = Array(sought.prefix(8))
            return Data(bytes).range(of: Data(part)) != nil
        }
    }
}

private func size(ofFile path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
