import Access
import Documents
import Storage
import StorageTesting
import Testing

@testable import PostgresStorage

@Suite("Two stores on one database", .timeLimit(.minutes(10)))
struct TwoStoresTests {
    @Test("extend one audit chain per organisation, and each reads what the other wrote")
    func chain() async throws {
        try await withTwoStores { stores in
            let tenants = [try await Tenant.create(in: stores[0]), try await Tenant.create(in: stores[1])]
            let records = try await withThrowingTaskGroup(of: [DocumentRecord].self) { group in
                for number in 0..<24 {
                    group.addTask {
                        var records: [DocumentRecord] = []
                        for _ in 0..<20 {
                            let tenant = tenants[number / 2 % 2]
                            let record = tenant.record()
                            let store = stores[number % 2]
                            let outcome = try await tenant.create(record, sealed: .lettered("a"), in: store)
                            try #require(outcome == .committed)
                            records.append(record)
                        }
                        return records
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            for store in stores {
                for record in records {
                    let stored = try store.stored(.connection, record.id, in: record.organization)
                    #expect(stored == StoredDocument(record: record, revision: 1))
                }
                for tenant in tenants {
                    // One event tells of the organisation itself.
                    #expect(try auditChain(of: tenant.id, in: store).count == records.count / 2 + 1)
                }
            }
        }
    }

    @Test("create one first organisation, however many want to at once", arguments: 1...6)
    func firstOrganization(_ round: Int) async throws {
        try await withTwoStores { stores in
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for store in stores {
                    group.addTask {
                        let tenant = Tenant()
                        let creation = [Mutation.createOrganization(tenant.organization), .createUser(tenant.user)]
                        return try await store.commit(
                            Change(creation, requiring: [.noOrganization], event: tenant.event(on: tenant.id))
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .committed } == 1)
            #expect(outcomes.count { $0 == .unmet(.noOrganization) } == 1)
            #expect(try stores[0].organizations().count == 1)
        }
    }

    @Test(
        "refuse a document whose first half of an id another has, and carry out what waits with it",
        arguments: [DocumentKind.connection, .awsAccount],
        [DocumentKind.connection, .awsAccount]
    )
    func meetingIDs(_ first: DocumentKind, _ second: DocumentKind) async throws {
        try await withTwoStores { stores in
            let tenant = try await Tenant.create(in: stores[0])
            let record = tenant.record(kind: first)
            #expect(try await tenant.create(record, sealed: .lettered("a"), in: stores[0]) == .committed)
            let met = Identifier(high: record.id.high, low: record.id.low ^ 1)
            let late = tenant.record(kind: second, id: met)
            let others = (0..<20).map { _ in tenant.record() }
            let outcomes = try await withThrowingTaskGroup(of: (Identifier, CommitOutcome).self) { group in
                for record in others + [late] {
                    group.addTask {
                        (record.id, try await tenant.create(record, sealed: .lettered("b"), in: stores[1]))
                    }
                }
                return try await group.reduce(into: [Identifier: CommitOutcome]()) { $0[$1.0] = $1.1 }
            }
            #expect(outcomes[met] == .conflict)
            #expect(others.allSatisfy { outcomes[$0.id] == .committed })
            #expect(try stores[0].stored(second, met, in: tenant.id) == nil)
            let kept = try stores[0].sealedSecrets(of: first, record.id, in: tenant.id)?.sealed
            #expect(kept == .lettered("a"))
        }
    }

    @Test("lose none of many conflicting changes")
    func conflicts() async throws {
        try await withTwoStores { stores in
            let tenant = try await Tenant.create(in: stores[0])
            let record = tenant.record("0")
            try await tenant.create(record, in: stores[0])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        for _ in 0..<10 { try await increment(record.id, tenant, stores[number % 2]) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try stores[1].stored(.connection, record.id, in: tenant.id)?.record.name == "80")
        }
    }

    @Test("keep what a change requires, whichever of them is asked")
    func requirements() async throws {
        try await withTwoStores { stores in
            let tenant = try await Tenant.create(in: stores[0])
            let others = (0..<5).map { _ in tenant.newUser(roles: [Role.admin.id]) }
            try await tenant.commit(others.map(Mutation.createUser), in: stores[0])
            let someAdmin = Requirement.enabledUser(withRole: Role.admin.id, organization: tenant.id)
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for (number, user) in ([tenant.user] + others).enumerated() {
                    group.addTask {
                        var changed = user
                        changed.isDisabled = true
                        let change = Change([.updateUser(changed)], requiring: [someAdmin], event: nil)
                        return try await stores[number % 2].commit(change)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .committed } == 5)
            #expect(outcomes.count { $0 == .unmet(someAdmin) } == 1)
        }
    }

    @Test("hear of each other's changes of access")
    func generation() async throws {
        try await withTwoStores { stores in
            let tenant = try await Tenant.create(in: stores[0])
            let key = tenant.apiKey(digest: .numbered(1))
            try await tenant.commit([.createAPIKey(key)], in: stores[0])
            let before = try stores[1].currentAccessGeneration()
            try await tenant.commit([.deleteAPIKey(key.id, organization: tenant.id)], in: stores[0])
            #expect(try await eventually { (stores[1].accessGeneration ?? 0) > before })
            let after = try stores[1].currentAccessGeneration()
            try await tenant.create(tenant.record(), in: stores[0])
            #expect(try stores[1].currentAccessGeneration() == after)
        }
    }

    @Test("forget a master key only when neither seals under it")
    func masterKeys() async throws {
        try await withTwoStores { stores in
            let tenant = try await Tenant.create(in: stores[0])
            for round in 0..<10 {
                let key = "round \(round)"
                try await tenant.commit([.noteMasterKey(id: key)], in: stores[0])
                async let creation = tenant.create(
                    tenant.record(),
                    sealed: .lettered("a", masterKeyID: key),
                    in: stores[0]
                )
                async let forgetting = stores[1].commit(Change([.forgetMasterKey(id: key)], event: nil))
                let (created, forgotten) = (try await creation, try await forgetting)
                // One of them came too late.
                #expect((created == .committed) == (forgotten == .conflict))
                #expect((created == .conflict) == (forgotten == .committed))
            }
        }
    }

    private func withTwoStores(_ body: ([PostgresStore]) async throws -> Void) async throws {
        let configuration = try Databases.fresh()
        let stores = [
            try PostgresStore.open(configuration, digest: testDigest),
            try PostgresStore.open(configuration, digest: testDigest),
        ]
        try await body(stores)
        for store in stores { await store.close() }
    }
}

private func increment(_ id: Identifier, _ tenant: Tenant, _ store: PostgresStore) async throws {
    while true {
        let stored = try #require(try store.stored(.connection, id, in: tenant.id))
        let number = try #require(Int(stored.record.name))
        let next = tenant.record("\(number + 1)", id: id)
        let update = Mutation.updateDocument(next, expecting: stored.revision, sealed: nil)
        if try await store.commit(Change([update], event: tenant.event(on: id))) == .committed { return }
    }
}
