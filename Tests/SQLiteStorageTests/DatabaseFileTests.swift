import Access
import Platform
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("The database file", .timeLimit(.minutes(10)))
struct DatabaseFileTests {
    private let directory = TemporaryDirectory()

    @Test("keeps what was committed")
    func durability() async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        let record = tenant.record()
        try await tenant.create(record, sealed: .lettered("a"), in: store)
        await store.close()

        let reopened = try SQLiteStore(directory: directory.path, digest: testDigest)
        #expect(try reopened.stored(.connection, record.id, in: tenant.id)?.record == record)
        #expect(try reopened.sealedSecrets(of: .connection, record.id, in: tenant.id)?.sealed == .lettered("a"))
        #expect(try reopened.newestIdentifier() == record.id)
        await reopened.close()
    }

    @Test("keeps what was committed when the process is killed")
    func killed() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let store = try SQLiteStore.create(in: path, digest: testDigest)
            let tenant = try await Tenant.create(in: store)
            for _ in 0..<50 { try await tenant.create(tenant.record(), sealed: .lettered("a"), in: store) }
            kill(getpid(), SIGKILL)
        }
        #expect(try auditChains(in: directory).map(\.count) == [51])
        let store = try directory.store()
        #expect(try store.isInitialized())
        await store.close()
    }

    @Test("is alone after closing: its log is gone")
    func closing() async throws {
        let store = try directory.store()
        _ = try await Tenant.create(in: store)
        #expect(bytes(ofFile: directory.log) != nil)
        await store.close()
        #expect(bytes(ofFile: directory.log) == nil)
    }

    @Test("is refused when it is no database", arguments: [1, 100, 10_000])
    func noDatabase(size: Int) {
        write([UInt8](repeating: 0x41, count: size), toFile: directory.database)
        expectRefusal("restore a backup")
    }

    @Test("is refused when it has been emptied")
    func emptied() {
        write([], toFile: directory.database)
        expectRefusal("is empty: restore a backup")
    }

    @Test("is refused when its end is missing", arguments: [1, 50, 90])
    func truncated(percent: Int) async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        for _ in 0..<50 { try await tenant.create(tenant.record(), in: store) }
        await store.close()
        let size = bytes(ofFile: directory.database)?.count ?? 0
        truncate(directory.database, size * percent / 100)
        expectRefusal("restore a backup")
    }

    @Test("is refused when it is another program's")
    func foreign() throws {
        write([], toFile: directory.database)
        try Database(path: directory.database, mode: .readWrite).execute("CREATE TABLE notes (text)")
        expectRefusal("is a database, but not one of Keyway's")
    }

    @Test("is refused when a newer version wrote it")
    func newer() async throws {
        try await directory.store().close()
        try Database(path: directory.database, mode: .readWrite).execute("PRAGMA user_version = 99")
        let known = Migration.all.count
        expectRefusal("has schema version 99, and this Keyway knows versions up to \(known): run the newer Keyway")
    }

    private func expectRefusal(_ text: String) {
        let refusal = #expect(throws: StoreError.self) {
            try SQLiteStore(directory: directory.path, digest: testDigest)
        }
        guard case .corrupt = refusal else {
            Issue.record("\(String(describing: refusal)) is no damage")
            return
        }
        #expect(refusal?.says(text) == true, "\(String(describing: refusal))")
        #expect(refusal?.says(directory.database) == true, "\(String(describing: refusal))")
    }
}
