import Access
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("The audit log of a data directory", .timeLimit(.minutes(10)))
struct AuditLogFileTests {
    private let directory = TemporaryDirectory()

    @Test("is read while another has the store open, and sees what is committed meanwhile")
    func besideAStore() async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        _ = try await Tenant.create(in: store, name: "Staging")
        let file = try AuditLogFile(directory: directory.path)
        #expect(try file.organizations() == store.organizations())
        #expect(try file.auditLog(of: tenant.id, after: 0, atMost: 10).count == 1)
        #expect(try file.auditLog(of: Tenant().id, after: 0, atMost: 10).isEmpty)
        for _ in 0..<20 { _ = try await store.commit(Change([], event: tenant.event(on: tenant.id))) }
        let lines = try store.auditLines(in: tenant.id, after: 0, atMost: 100).map(\.bytes)
        #expect(try file.auditLog(of: tenant.id, after: 0, atMost: 100) == lines)
        #expect(try file.auditLog(of: tenant.id, after: 18, atMost: 2) == Array(lines[18...19]))
        #expect(try file.auditLog(of: tenant.id, after: 21, atMost: 2).isEmpty)
        await store.close()
        // The store can be opened again beside it, too.
        let again = try directory.store()
        #expect(try file.auditLog(of: tenant.id, after: 0, atMost: 100) == lines)
        await again.close()
    }

    @Test("is not looked for where there is no store")
    func absent() throws {
        let error = #expect(throws: StoreError.self) { try AuditLogFile(directory: directory.path) }
        #expect(error?.says("holds no Keyway database") == true)
        write(Array("SQLite".utf8), toFile: directory.database)
        #expect(throws: StoreError.self) { try AuditLogFile(directory: directory.path) }
    }
}
