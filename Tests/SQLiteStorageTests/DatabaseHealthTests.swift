import Platform
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("An open database", .timeLimit(.minutes(10)))
struct DatabaseHealthTests {
    static let files = ["keyway.db", "keyway.db-wal", "keyway.db-shm", "keyway.lock"]

    private let directory = TemporaryDirectory()

    private func openStore() throws -> SQLiteStore {
        try SQLiteStore(directory: directory.path, creating: true, digest: testDigest, lookInterval: 0)
    }

    @Test("that lost a file acknowledges nothing, and goes on when that is put back", arguments: files, [true, false])
    func lostFile(name: String, isReplaced: Bool) async throws {
        let store = try openStore()
        let tenant = try await Tenant.create(in: store)
        let kept = tenant.record("kept")
        try await tenant.create(kept, in: store)
        #expect(store.unreadiness() == nil)

        let file = directory.path + "/" + name
        let aside = directory.path + "/aside"
        rename(file, aside)
        if isReplaced { write([], toFile: file) }
        #expect(store.unreadiness() == .replaced)
        let refused = tenant.record("refused")
        let refusal = await #expect(throws: StoreError.self) { try await tenant.create(refused, in: store) }
        guard case .unavailable = refusal else {
            Issue.record("\(String(describing: refusal)) is not told as unavailable")
            return
        }
        #expect(refusal?.says("\(file) was moved, deleted or replaced while it was open; nothing was done") == true)
        #expect(store.statistics().failedCommits == 1)
        #expect(try store.stored(.connection, kept.id, in: tenant.id)?.record == kept)

        rename(aside, file)
        #expect(store.unreadiness() == nil)
        #expect(try await tenant.create(tenant.record("later"), in: store) == .committed)
        #expect(try store.stored(.connection, refused.id, in: tenant.id) == nil)
        await store.close()
        #expect(try auditChains(in: directory).map(\.count) == [3])
    }

    @Test("that is closed without its file leaves all that was acknowledged in that file and its log")
    func closedWithoutFile() async throws {
        let store = try openStore()
        let tenant = try await Tenant.create(in: store)
        let kept = tenant.record("kept")
        try await tenant.create(kept, in: store)
        let aside = directory.path + "/aside"
        rename(directory.database, aside)
        // Nothing empties the log from here on; on a slow machine it may have been emptied before.
        let log = bytes(ofFile: directory.log)
        await store.close()
        #expect(bytes(ofFile: directory.log) == log)
        rename(aside, directory.database)

        let reopened = try openStore()
        #expect(try reopened.stored(.connection, kept.id, in: tenant.id)?.record == kept)
        await reopened.close()
    }

    @Test("that was replaced is not read beside the one that took its place")
    func replacedForReaders() async throws {
        let other = TemporaryDirectory()
        try await other.store().close()
        try await directory.store().close()
        let lock = try DataDirectory(path: directory.path, creating: false)
        let database = try Database(path: directory.database, mode: .readWrite)
        _ = try Migration.run(on: database, creating: false)
        let health = try DatabaseHealth(of: database, in: lock, interval: 0)
        let pool = try ReaderPool(path: directory.database, capacity: 2, health: health)
        rename(directory.database, directory.path + "/aside")
        rename(other.database, directory.database)
        var second: StoreError?
        // The first reader is out, so the second has to be opened.
        try pool.read { _ throws(SQLiteError) in
            do throws(StoreError) { try pool.read { _ throws(SQLiteError) in } } catch { second = error }
        }
        #expect(second?.says("was moved, deleted or replaced while it was open") == true)
        pool.close()
    }

    @Test("that is damaged says so until it is opened again, and takes no changes")
    func damage() async throws {
        var store = try openStore()
        let tenant = try await Tenant.create(in: store)
        var kept: [DocumentRecord] = []
        for _ in 0..<200 {
            let record = tenant.record(document: String(repeating: "x", count: 1000))
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            kept.append(record)
        }
        await store.close()
        store = try openStore()
        #expect(store.unreadiness() == nil)
        let whole = bytes(ofFile: directory.database) ?? []
        overwrite(Array(whole[..<4096]) + [UInt8](repeating: 0x5a, count: whole.count - 4096))
        #expect(store.unreadiness() == .damaged)
        let refusal = await #expect(throws: StoreError.self) { try await tenant.create(tenant.record(), in: store) }
        #expect(refusal?.says("\(directory.database) is damaged; nothing was done") == true)

        overwrite(whole)
        #expect(store.unreadiness() == .damaged)
        await store.close()
        store = try openStore()
        #expect(store.unreadiness() == nil)
        for record in kept { #expect(try store.stored(.connection, record.id, in: tenant.id)?.record == record) }
        await store.close()
        #expect(try auditChains(in: directory).map(\.count) == [201])
    }

    @Test(
        "that was cut off, wherever, takes no changes before anything has read there",
        arguments: [1, 4096, 5000, .max]
    )
    func cutOff(surplus: Int) async throws {
        var store = try openStore()
        let tenant = try await Tenant.create(in: store)
        for _ in 0..<20 { _ = try await tenant.create(tenant.record(), in: store) }
        // Closing copies the log into the database.
        await store.close()
        store = try SQLiteStore(directory: directory.path, creating: false, digest: testDigest, lookInterval: .max)
        #expect(store.unreadiness() == nil)
        let length = try #require(bytes(ofFile: directory.database)).count
        truncate(directory.database, max(0, length - surplus))
        let refusal = await #expect(throws: StoreError.self) { try await tenant.create(tenant.record(), in: store) }
        #expect(refusal?.says("\(directory.database) is damaged; nothing was done") == true)
        #expect(store.unreadiness() == .damaged)
        await store.close()
    }

    @Test("whose damage a read meets is not ready")
    func damageMetByRead() async throws {
        let store = try openStore()
        _ = try await Tenant.create(in: store)
        await store.close()
        let lock = try DataDirectory(path: directory.path, creating: false)
        let database = try Database(path: directory.database, mode: .readWrite)
        _ = try Migration.run(on: database, creating: false)
        let health = try DatabaseHealth(of: database, in: lock, interval: .max)
        let pool = try ReaderPool(path: directory.database, capacity: 1, health: health)
        #expect(health.unreadiness() == nil)
        #expect(throws: StoreError.self) {
            try pool.read { _ throws(SQLiteError) in throw SQLiteError(code: 11 | 1 << 8, operation: .read) }
        }
        #expect(health.unreadiness() == .damaged)
        pool.close()
    }

    /// Overwrites the database where it stands: the file stays the same.
    private func overwrite(_ bytes: [UInt8]) {
        guard let file = fopen(directory.database, "r+") else { fatalError("cannot write a file of the test") }
        defer { fclose(file) }
        _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    }
}
