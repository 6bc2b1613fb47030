import Access
import Documents
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("The audit log", .timeLimit(.minutes(10)))
struct AuditLogTests {
    private let directory = TemporaryDirectory()

    @Test("chains each organisation's events, from 1 and without gaps, also after reopening")
    func chains() async throws {
        var store = try directory.store()
        let tenants = [try await Tenant.create(in: store), try await Tenant.create(in: store)]
        for _ in 0..<3 {
            for tenant in tenants { try await tenant.create(tenant.record(), in: store) }
            await store.close()
            store = try directory.store()
        }
        try await tenants[1].create(tenants[1].record(), in: store)
        await store.close()
        #expect(try auditChains(in: directory).map(\.count) == [4, 5])
    }

    @Test("holds what was done, and nothing of what was refused or unchanged")
    func refusals() async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        let record = tenant.record()
        let key = tenant.applicationKey(digest: .numbered(1))
        let registration = Mutation.setRegistration(
            applicationKey: key.id,
            organization: tenant.id,
            isRegistered: true
        )
        let issuing = Mutation.issueExternalID("x", organization: tenant.id)
        let requirement = Requirement.enabledUser(withRole: Role.admin.id, organization: tenant.id)
        var disabled = tenant.user
        disabled.isDisabled = true
        disabled.revision = 2
        let changes = [
            Change([.createDocument(record, sealed: nil)], event: tenant.event("done 1", on: record.id)),
            Change([.createDocument(record, sealed: nil)], event: tenant.event("conflict", on: record.id)),
            Change([registration], event: tenant.event("missing", on: key.id)),
            Change(
                [.createApplicationKey(key), .createDocument(record, sealed: nil)],
                event: tenant.event("half", on: key.id)
            ),
            Change([.createApplicationKey(key)], event: tenant.event("done 2", on: key.id)),
            Change([registration], event: tenant.event("done 3", on: key.id)),
            Change([registration], event: tenant.event("unchanged", on: key.id)),
            Change([], event: tenant.event("done 4", on: key.id)),
            Change([issuing], event: tenant.event("done 5", on: tenant.id)),
            Change([issuing], event: tenant.event("issued again", on: tenant.id)),
            Change([.updateUser(tenant.user)], requiring: [requirement], event: tenant.event("done 6", on: tenant.id)),
            Change([.updateUser(tenant.user)], event: tenant.event("made from an old state", on: tenant.id)),
            Change([.updateUser(disabled)], requiring: [requirement], event: tenant.event("last admin", on: tenant.id)),
            Change([.createUser(tenant.newUser(tenant.user.handle))], event: tenant.event("duplicate", on: tenant.id)),
            Change([.deleteApplicationKey(key.id, organization: tenant.id)], event: tenant.event("done 7", on: key.id)),
            Change([.deleteApplicationKey(key.id, organization: tenant.id)], event: tenant.event("gone", on: key.id)),
            Change([.noteMasterKey(id: "k")], event: tenant.event("done 8", on: tenant.id)),
            Change([.noteMasterKey(id: "k")], event: tenant.event("noted again", on: tenant.id)),
        ]
        for change in changes { _ = try await store.commit(change) }
        await store.close()
        let events = try auditChains(in: directory)[0].dropFirst()
        #expect(events.count == 8)
        for (number, event) in zip(1..., events) { #expect(event.contains("\"done \(number)\"")) }
    }

    @Test("stays whole under thousands of changes at once, of which some are refused")
    func concurrency() async throws {
        let store = try directory.store()
        let tenants = [try await Tenant.create(in: store), try await Tenant.create(in: store)]
        let ids = (0..<1000).map { _ in Tenant.ids.next() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, id) in (ids + ids).enumerated() {
                let tenant = tenants[index % 2]
                group.addTask { try await tenant.create(tenant.record(id: id), in: store) }
            }
            try await group.waitForAll()
        }
        await store.close()
        #expect(try auditChains(in: directory).map(\.count).reduce(0, +) == 1002)
    }
}
