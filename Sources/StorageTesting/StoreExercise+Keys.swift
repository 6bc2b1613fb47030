import Access
import Documents
import Storage

extension StoreExercise {
    static let keys = [
        StoreExercise("an API key is found by its digest and by its id") { store in
            let tenant = try await Tenant.create(in: store)
            let key = tenant.apiKey(digest: .numbered(1))
            try expect(await store.commit(Change([.createAPIKey(key)], event: nil)), is: .committed, "creating")
            try expect(store.apiKey(digest: .numbered(1)), is: key, "the key")
            try expect(store.apiKey(key.id, in: tenant.id), is: key, "the key by id")
            try expect(store.apiKey(Tenant.ids.next(), in: tenant.id), is: nil, "a key of another id")
            try expect(store.apiKey(digest: .numbered(2)), is: nil, "a key that is not there")
            try expect(store.applicationKey(digest: .numbered(1)), is: nil, "an application key of that digest")
        },
        StoreExercise("an application key is found by digest and by id, with its scopes as given") { store in
            let tenant = try await Tenant.create(in: store)
            for (number, scopes) in [nil, [], ["connections_read", "unknown", "connections_read"]].enumerated() {
                let key = tenant.applicationKey(
                    digest: .numbered(UInt64(number)),
                    scopes: scopes,
                    isRegistered: number == 1
                )
                try expect(await store.commit(Change([.createApplicationKey(key)], event: nil)), is: .committed, "new")
                try expect(store.applicationKey(digest: key.digest), is: key, "the key by digest")
                try expect(store.applicationKey(key.id, in: tenant.id), is: key, "the key by id")
            }
        },
        StoreExercise("no two keys share a digest") { store in
            let tenant = try await Tenant.create(in: store)
            let mutations: [Mutation] = [
                .createAPIKey(tenant.apiKey(digest: .numbered(1))),
                .createApplicationKey(tenant.applicationKey(digest: .numbered(1))),
            ]
            for mutation in mutations { _ = try await store.commit(Change([mutation], event: nil)) }
            let again: [Mutation] = [
                .createAPIKey(tenant.apiKey(digest: .numbered(1))),
                .createApplicationKey(tenant.applicationKey(digest: .numbered(1), scopes: ["s"])),
            ]
            for mutation in again {
                try expect(await store.commit(Change([mutation], event: nil)), is: .conflict, "the same digest")
            }
        },
        StoreExercise("keys need their organisation and its user") { store in
            let tenant = try await Tenant.create(in: store)
            let stranger = Tenant()
            let foreign = ApplicationKey(
                id: Tenant.ids.next(),
                organization: tenant.id,
                owner: stranger.user.id,
                name: "n",
                digest: .numbered(3),
                last4: "",
                scopes: nil,
                isRegistered: false,
                createdAt: .now
            )
            let mutations: [Mutation] = [
                .createUser(stranger.user), .createAPIKey(stranger.apiKey(digest: .numbered(1))),
                .createApplicationKey(stranger.applicationKey(digest: .numbered(2))), .createApplicationKey(foreign),
            ]
            for mutation in mutations {
                try expect(await store.commit(Change([mutation], event: nil)), is: .missing, "\(mutation)")
            }
        },
        StoreExercise("registrations are listed oldest first, in pages") { store in
            let tenant = try await Tenant.create(in: store)
            let keys = (0..<7).map { tenant.applicationKey(digest: .numbered($0), isRegistered: $0 != 3) }
            for key in keys.reversed() { _ = try await store.commit(Change([.createApplicationKey(key)], event: nil)) }
            let expected = keys.filter(\.isRegistered).map(\.id)
            let first = try store.registrations(in: tenant.id, page: Page(size: 4, number: 0))
            let second = try store.registrations(in: tenant.id, page: Page(size: 4, number: 1))
            try expect(first.elements + second.elements, is: expected, "the pages")
            try expect(first.elements.count, is: 4, "the first page's size")
            try expect([first.total, first.totalFiltered, second.total], is: [6, 6, 6], "the totals")
        },
        StoreExercise("a key is registered and unregistered, and doing it twice does nothing") { store in
            let tenant = try await Tenant.create(in: store)
            let key = tenant.applicationKey(digest: .numbered(1))
            _ = try await store.commit(Change([.createApplicationKey(key)], event: nil))
            for isRegistered in [true, true, false, false] {
                let mutation = Mutation.setRegistration(
                    applicationKey: key.id,
                    organization: tenant.id,
                    isRegistered: isRegistered
                )
                let change = Change([mutation], event: tenant.event("app_key_registration", on: key.id))
                try expect(await store.commit(change), is: .committed, "registering")
                try expect(
                    store.applicationKey(key.id, in: tenant.id)?.isRegistered,
                    is: isRegistered,
                    "whether it is registered"
                )
                let list = try store.registrations(in: tenant.id, page: Page(size: 9, number: 0)).elements
                try expect(list, is: isRegistered ? [key.id] : [], "the registrations")
            }
        },
        StoreExercise("an API key tells who created and who changed it") { store in
            let tenant = try await Tenant.create(in: store)
            let second = tenant.newUser()
            let key = tenant.apiKey(digest: .numbered(1), createdBy: tenant.user.id)
            let first = tenant.apiKey(digest: .numbered(2))
            try await tenant.commit([.createUser(second), .createAPIKey(key), .createAPIKey(first)], in: store)
            try expect(store.apiKey(digest: .numbered(1)), is: key, "the key")
            try expect(store.apiKey(digest: .numbered(2)), is: first, "a key that nobody created")
            var changed = key
            for user in [second.id, nil, tenant.user.id] {
                changed.name = "name"
                changed.modifiedAt = Timestamp(microseconds: 9)
                changed.modifiedBy = user
                try await tenant.commit([.updateAPIKey(changed)], in: store)
                changed.revision += 1
                try expect(store.apiKey(key.id, in: tenant.id), is: changed, "the key after a change")
            }
            let stranger = try await Tenant.create(in: store)
            var foreign = key
            foreign.modifiedBy = stranger.user.id
            let mutations: [Mutation] = [
                .updateAPIKey(foreign),
                .createAPIKey(tenant.apiKey(digest: .numbered(3), createdBy: stranger.user.id)),
                .createAPIKey(tenant.apiKey(digest: .numbered(3), createdBy: Tenant.ids.next())),
            ]
            for mutation in mutations {
                try expect(await store.commit(Change([mutation], event: nil)), is: .missing, "\(mutation)")
            }
        },
        StoreExercise("an update of an API key replaces name and modification alone") { store in
            let tenant = try await Tenant.create(in: store)
            let key = tenant.apiKey(digest: .numbered(1))
            try await tenant.commit([.createAPIKey(key)], in: store)
            let other = APIKey(
                id: key.id,
                organization: tenant.id,
                name: "other",
                digest: .numbered(2),
                last4: "zzzz",
                createdAt: .now,
                createdBy: tenant.user.id
            )
            try await tenant.commit([.updateAPIKey(other)], in: store)
            var expected = key
            expected.name = "other"
            expected.revision = 2
            (expected.modifiedAt, expected.modifiedBy) = (other.modifiedAt, other.modifiedBy)
            try expect(store.apiKey(digest: .numbered(1)), is: expected, "the key")
            try expect(store.apiKey(digest: .numbered(2)), is: nil, "a key of the other digest")
        },
        StoreExercise("an update of an application key replaces name and scopes alone") { store in
            let tenant = try await Tenant.create(in: store)
            let second = tenant.newUser()
            let key = tenant.applicationKey(digest: .numbered(1), scopes: ["a", "b"], isRegistered: true)
            try await tenant.commit([.createUser(second), .createApplicationKey(key)], in: store)
            for (number, scopes) in [["b", "c", "a"], nil, ["x"], []].enumerated() {
                var other = ApplicationKey(
                    id: key.id,
                    organization: tenant.id,
                    owner: second.id,
                    name: "name \(scopes ?? [])",
                    digest: .numbered(2),
                    last4: "zzzz",
                    scopes: scopes,
                    isRegistered: false,
                    createdAt: .now
                )
                other.revision = Int64(number + 1)
                try await tenant.commit([.updateApplicationKey(other)], in: store)
                var expected = key
                (expected.name, expected.scopes, expected.revision) = (other.name, scopes, other.revision + 1)
                try expect(store.applicationKey(key.id, in: tenant.id), is: expected, "the key")
            }
        },
        StoreExercise("a deleted key is gone at once, with its registration and its scopes") { store in
            let tenant = try await Tenant.create(in: store)
            let apiKey = tenant.apiKey(digest: .numbered(1))
            let key = tenant.applicationKey(digest: .numbered(2), scopes: ["a"], isRegistered: true)
            try await tenant.commit([.createAPIKey(apiKey), .createApplicationKey(key)], in: store)
            let deletions: [Mutation] = [
                .deleteAPIKey(apiKey.id, organization: tenant.id),
                .deleteApplicationKey(key.id, organization: tenant.id),
            ]
            try await tenant.commit(deletions, in: store)
            try expect(store.apiKey(digest: .numbered(1)), is: nil, "the API key")
            try expect(store.applicationKey(digest: .numbered(2)), is: nil, "the application key")
            let registrations = try store.registrations(in: tenant.id, page: Page(size: 9, number: 0))
            try expect(registrations.elements, is: [], "the registrations")
            try expect(registrations.total, is: 0, "their total")
            let registration = Mutation.setRegistration(
                applicationKey: key.id,
                organization: tenant.id,
                isRegistered: true
            )
            for mutation in deletions + [.updateAPIKey(apiKey), .updateApplicationKey(key), registration] {
                try expect(await store.commit(Change([mutation], event: nil)), is: .missing, "\(mutation)")
            }
            // Its scopes do not come back with one of its id.
            let again = ApplicationKey(
                id: key.id,
                organization: tenant.id,
                owner: tenant.user.id,
                name: "again",
                digest: .numbered(2),
                last4: "",
                scopes: ["b"],
                isRegistered: false,
                createdAt: .now
            )
            try await tenant.commit([.createApplicationKey(again)], in: store)
            try expect(store.applicationKey(key.id, in: tenant.id), is: again, "one created anew")
        },
        StoreExercise("the access generation has risen when a change of access is committed") { store in
            let tenant = try await Tenant.create(in: store)
            let key = tenant.applicationKey(digest: .numbered(1))
            let apiKey = tenant.apiKey(digest: .numbered(1))
            let user = tenant.newUser()
            let mutations: [Mutation] = [
                .createOrganization(Tenant().organization), .createUser(user), .updateUser(user), .createAPIKey(apiKey),
                .updateAPIKey(apiKey), .createApplicationKey(key), .updateApplicationKey(key),
                .setRegistration(applicationKey: key.id, organization: tenant.id, isRegistered: true),
                .deleteAPIKey(apiKey.id, organization: tenant.id),
                .deleteApplicationKey(key.id, organization: tenant.id),
            ]
            for mutation in mutations {
                let before = try store.currentAccessGeneration()
                try await tenant.commit([mutation], in: store)
                let after = try store.currentAccessGeneration()
                try expect(after > before, "the generation rises with \(mutation)")
                if let heard = store.accessGeneration {
                    try expect(heard, is: after, "the generation without waiting, with \(mutation)")
                }
            }
            let before = try store.currentAccessGeneration()
            let others: [Mutation] = [
                .createDocument(tenant.record(), sealed: nil), .issueExternalID("id", organization: tenant.id),
                .noteMasterKey(id: "k"), .noteUse(LastUse(of: .user, tenant.user.id, in: tenant.id, at: .now)),
            ]
            try await tenant.commit(others, in: store)
            try expect(store.currentAccessGeneration(), is: before, "the generation after other changes")
            let refused = Change([.updateUser(tenant.newUser())], event: nil)
            try expect(await store.commit(refused), is: .missing, "a refused change")
            try expect(store.currentAccessGeneration(), is: before, "the generation after a refused change")
        },
        StoreExercise("a last use is noted unless a later one is, and changes nothing else") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let apiKey = tenant.apiKey(digest: .numbered(1))
            var key = tenant.applicationKey(digest: .numbered(2), scopes: ["a"], isRegistered: true)
            var user = tenant.user
            try await tenant.commit([.createAPIKey(apiKey), .createApplicationKey(key)], in: store)
            let holders = LastUseHolders(tenant: tenant, other: other, apiKey: apiKey, key: key, user: user)
            try await holders.expect(-5, afterNoting: -5, in: store)
            try await holders.expect(-5, afterNoting: -6, in: store)
            try await holders.expect(70, afterNoting: 70, in: store)
            try await holders.expect(70, afterNoting: 70, in: store)
            try await holders.expect(70, afterNoting: 7, in: store)
            user.title = "Title"
            user.lastLoginAt = nil
            key.name = "new name"
            key.lastUsedAt = nil
            try await tenant.commit([.updateUser(user), .updateApplicationKey(key)], in: store)
            let last = Timestamp(microseconds: 70)
            try expect(store.user(user.id, in: tenant.id)?.lastLoginAt, is: last, "the user's after an update")
            try expect(store.applicationKey(key.id, in: tenant.id)?.lastUsedAt, is: last, "the key's after an update")
        },
        StoreExercise("the newest id is the greatest, of whatever kind") { store in
            let tenant = try await Tenant.create(in: store)
            try expect(store.newestIdentifier(), is: tenant.user.id, "the newest id")
            let record = tenant.record()
            try await tenant.create(record, in: store)
            try expect(store.newestIdentifier(), is: record.id, "the newest id")
            try await tenant.create(tenant.record(id: Identifier(high: 1, low: .max)), in: store)
            try expect(store.newestIdentifier(), is: record.id, "the newest id after an old one")
            let key = tenant.apiKey(digest: .numbered(1))
            _ = try await store.commit(Change([.createAPIKey(key)], event: nil))
            try expect(store.newestIdentifier(), is: key.id, "the newest id")
            let account = tenant.record(kind: .awsAccount)
            try await tenant.create(account, in: store)
            try expect(store.newestIdentifier(), is: account.id, "the newest id")
            let organization = Tenant().organization
            _ = try await store.commit(Change([.createOrganization(organization)], event: nil))
            try expect(store.newestIdentifier(), is: organization.id, "the newest id")
        },
    ]
}

extension Tenant {
    /// Notes that a key or user of the organisation was used, in microseconds since 1970.
    fileprivate func noteUse(of subject: LastUse.Subject, _ id: Identifier, at time: Int64) -> Mutation {
        .noteUse(LastUse(of: subject, id, in: self.id, at: Timestamp(microseconds: time)))
    }
}

/// The keys and the user of a tenant whose last uses are noted, and a tenant that they are not of.
private struct LastUseHolders {
    let tenant: Tenant
    let other: Tenant
    let apiKey: APIKey
    let key: ApplicationKey
    let user: User

    /// Notes a use of each, and expects the last use that each has then.
    ///
    /// - Parameters:
    ///   - expected: The last use, in microseconds.
    ///   - time: The noted use, in microseconds.
    ///   - store: The store.
    /// - Throws: If a holder has another last use, or differs otherwise.
    func expect(_ expected: Int64, afterNoting time: Int64, in store: any Store) async throws {
        let notes = [
            tenant.noteUse(of: .apiKey, apiKey.id, at: time),
            tenant.noteUse(of: .applicationKey, key.id, at: time),
            tenant.noteUse(of: .user, user.id, at: time),
            // Those of another organisation, and such as there are not, leave the others be.
            other.noteUse(of: .apiKey, apiKey.id, at: 99), tenant.noteUse(of: .apiKey, key.id, at: 99),
            tenant.noteUse(of: .user, Tenant.ids.next(), at: 99), Tenant().noteUse(of: .user, user.id, at: 99),
        ]
        try await StorageTesting.expect(store.commit(Change(notes, event: nil)), is: .committed, "noting")
        let last = Timestamp(microseconds: expected)
        var (apiKey, key, user) = (apiKey, key, user)
        apiKey.lastUsedAt = last
        key.lastUsedAt = last
        user.lastLoginAt = last
        try StorageTesting.expect(store.apiKey(digest: apiKey.digest), is: apiKey, "the API key")
        try StorageTesting.expect(store.apiKey(apiKey.id, in: tenant.id), is: apiKey, "the API key, by its id")
        try StorageTesting.expect(store.applicationKey(digest: key.digest), is: key, "the application key")
        try StorageTesting.expect(store.user(user.id, in: tenant.id), is: user, "the user")
    }
}
