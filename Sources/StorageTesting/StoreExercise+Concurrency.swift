import Access
import Documents
import Secrets
import Storage

extension StoreExercise {
    static let concurrency = [
        StoreExercise("of conflicting updates none is lost") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record("0")
            try await tenant.create(record, in: store)
            // Each adds 1 to the number in the document, as often as it takes.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask { for _ in 0..<20 { try await increment(record.id, tenant, store) } }
                }
                try await group.waitForAll()
            }
            let stored = try store.stored(.connection, record.id, in: tenant.id)
            try expect(stored?.record.name, is: "320", "the number")
            try expect(stored?.revision, is: 321, "the revision")
        },
        StoreExercise("of conflicting updates of a user none is lost") { store in
            let tenant = try await Tenant.create(in: store)
            // Each adds roles, as often as it takes.
            let roles = (0..<16).map { _ in (0..<5).map { _ in Tenant.ids.next() } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for own in roles {
                    group.addTask { for role in own { try await add(role, to: tenant, store) } }
                }
                try await group.waitForAll()
            }
            let user = try required(store.user(tenant.user.id, in: tenant.id), "the user")
            try expect(Set(user.roles), is: Set(roles.joined() + [Role.admin.id]), "the roles")
            try expect(user.roles.count, is: 81, "their number")
            try expect(user.revision, is: 81, "the revision")
        },
        StoreExercise("thousands of changes at once are each done or refused as if alone") { store in
            let tenant = try await Tenant.create(in: store)
            // Every id is asked for by two callers: one is to get it.
            let ids = (0..<1500).map { _ in Tenant.ids.next() }
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for id in ids + ids {
                    group.addTask {
                        try await tenant.create(tenant.record(id: id), sealed: .lettered("a"), in: store)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try expect(outcomes.count { $0 == .committed }, is: 1500, "changes done")
            try expect(outcomes.count { $0 == .conflict }, is: 1500, "changes refused")
            let page = Page(size: 1, number: 0)
            let total = try store.documents(.connection, in: tenant.id, matching: .init(), page: page).total
            try expect(total, is: 1500, "the connections")
        },
        StoreExercise("what is committed is seen by every read after that, on any thread") { store in
            let tenant = try await Tenant.create(in: store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        for _ in 0..<50 {
                            let record = tenant.record()
                            try await tenant.create(record, sealed: .lettered("a"), in: store)
                            let document = try store.document(.connection, record.id, in: tenant.id)
                            try expect(document, is: record.document, "a document just created")
                            let deletion = Mutation.deleteDocument(.connection, record.id, organization: tenant.id)
                            _ = try await store.commit(Change([deletion], event: nil))
                            try expect(store.stored(.connection, record.id, in: tenant.id), is: nil, "one just deleted")
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
        StoreExercise("of concurrent changes that would together remove every admin, one is refused") { store in
            let tenant = try await Tenant.create(in: store)
            let someAdmin = Requirement.enabledUser(withRole: Role.admin.id, organization: tenant.id)
            for round in 0..<10 {
                var admins = (0..<8).map { _ in tenant.newUser(roles: [Role.readOnly.id, Role.admin.id]) }
                var first = try required(store.user(tenant.user.id, in: tenant.id), "the tenant's user")
                (first.isDisabled, first.roles) = (false, [Role.admin.id])
                try await tenant.commit([.updateUser(first)] + admins.map(Mutation.createUser), in: store)
                first.revision += 1
                admins.append(first)
                let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                    for (number, admin) in admins.enumerated() {
                        group.addTask {
                            var changed = admin
                            if number % 2 == 0 { changed.isDisabled = true } else { changed.roles = [Role.readOnly.id] }
                            return try await store.commit(
                                Change(
                                    [.updateUser(changed)],
                                    requiring: [someAdmin],
                                    event: tenant.event(on: admin.id)
                                )
                            )
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                try expect(outcomes.count { $0 == .committed }, is: admins.count - 1, "changes done in round \(round)")
                try expect(outcomes.count { $0 == .unmet(someAdmin) }, is: 1, "changes refused in round \(round)")
                let left = try admins.compactMap { try store.user($0.id, in: tenant.id) }
                    .filter { !$0.isDisabled && $0.roles.contains(Role.admin.id) }
                try expect(left.count, is: 1, "admins left in round \(round)")
                // The next round has admins of its own.
                for var admin in left {
                    admin.isDisabled = true
                    try await tenant.commit([.updateUser(admin)], in: store)
                }
            }
        },
        StoreExercise("of callers who issue the same external id for two organisations, those of one succeed") {
            store in
            let tenants = [try await Tenant.create(in: store), try await Tenant.create(in: store)]
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let tenant = tenants[number % 2]
                        let issuing = Mutation.issueExternalID("x", organization: tenant.id)
                        return try await store.commit(Change([issuing], event: tenant.event(on: tenant.id)))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try expect(outcomes.count { $0 == .committed }, is: 20, "ids issued")
            try expect(outcomes.count { $0 == .conflict }, is: 20, "ids refused")
        },
        StoreExercise("of AWS accounts of the same number that are created at once, one is") { store in
            let tenant = try await Tenant.create(in: store)
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for _ in 0..<30 {
                    let record = tenant.record("123456789012", kind: .awsAccount)
                    group.addTask { try await tenant.create(record, sealed: .lettered("a"), in: store) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try expect(outcomes.count { $0 == .committed }, is: 1, "accounts created")
            try expect(outcomes.count { $0 == .duplicate }, is: 29, "accounts refused")
        },
        StoreExercise("closing waits for the commits under way") { store in
            let tenant = try await Tenant.create(in: store)
            let (committed, closed) = await withTaskGroup(of: Result<CommitOutcome, StoreError>.self) { group in
                for _ in 0..<500 {
                    group.addTask {
                        do throws(StoreError) {
                            let creation = Mutation.createDocument(tenant.record(), sealed: nil)
                            return .success(try await store.commit(Change([creation], event: nil)))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                await store.close()
                return await group.reduce(into: (0, 0)) { counts, result in
                    if result == .success(.committed) { counts.0 += 1 }
                    if result == .failure(.closed) { counts.1 += 1 }
                }
            }
            try expect(committed + closed, is: 500, "changes committed or refused as too late")
        },
    ]
}

private func add(_ role: Identifier, to tenant: Tenant, _ store: any Store) async throws {
    while true {
        var user = try required(store.user(tenant.user.id, in: tenant.id), "the user")
        user.roles.append(role)
        if try await store.commit(Change([.updateUser(user)], event: tenant.event(on: user.id))) == .committed {
            return
        }
    }
}

private func increment(_ id: Identifier, _ tenant: Tenant, _ store: any Store) async throws {
    while true {
        guard let stored = try store.stored(.connection, id, in: tenant.id), let number = Int(stored.record.name) else {
            throw StoreExercise.Failure(description: "the connection is gone")
        }
        let next = tenant.record("\(number + 1)", id: id)
        let update = Mutation.updateDocument(next, expecting: stored.revision, sealed: nil)
        if try await store.commit(Change([update], event: tenant.event(on: id))) == .committed { return }
    }
}
