import Access
import Documents
import Storage

extension StoreExercise {
    static let access = [
        StoreExercise("a store is initialized once it has an organisation") { store in
            try expect(store.isInitialized(), is: false, "whether an empty store is initialized")
            try expect(store.newestIdentifier(), is: nil, "the newest id of an empty store")
            _ = try await Tenant.create(in: store)
            try expect(store.isInitialized(), is: true, "whether it is initialized then")
        },
        StoreExercise("users come back with their roles in order") { store in
            let tenant = try await Tenant.create(in: store)
            for roles in [[], [Role.admin.id], [Role.readOnly.id, Role.admin.id, Tenant.ids.next()]] {
                let user = User(
                    id: Tenant.ids.next(),
                    organization: tenant.id,
                    handle: "robot",
                    isServiceAccount: !roles.isEmpty,
                    isDisabled: roles.isEmpty,
                    roles: roles,
                    createdAt: Timestamp(microseconds: -5)
                )
                try expect(await store.commit(Change([.createUser(user)], event: nil)), is: .committed, "creating")
                try expect(store.user(user.id, in: tenant.id), is: user, "the user")
                try expect(await store.commit(Change([.createUser(user)], event: nil)), is: .conflict, "again")
            }
        },
        StoreExercise("an API key is found by its digest") { store in
            let tenant = try await Tenant.create(in: store)
            let key = tenant.apiKey(digest: .numbered(1))
            try expect(await store.commit(Change([.createAPIKey(key)], event: nil)), is: .committed, "creating")
            try expect(store.apiKey(digest: .numbered(1)), is: key, "the key")
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
        StoreExercise("the access generation has risen when a change of access is committed") { store in
            let tenant = try await Tenant.create(in: store)
            let key = tenant.applicationKey(digest: .numbered(1))
            let user = Tenant().user
            let mutations: [Mutation] = [
                .createOrganization(Tenant().organization),
                .createUser(
                    User(id: user.id, organization: tenant.id, handle: "h", roles: [], createdAt: .now)
                ),
                .createAPIKey(tenant.apiKey(digest: .numbered(1))), .createApplicationKey(key),
                .setRegistration(applicationKey: key.id, organization: tenant.id, isRegistered: true),
            ]
            for mutation in mutations {
                let before = store.accessGeneration
                try expect(await store.commit(Change([mutation], event: nil)), is: .committed, "\(mutation)")
                try expect(store.accessGeneration > before, "the generation rises with \(mutation)")
            }
            let before = store.accessGeneration
            try await tenant.create(tenant.record(), in: store)
            try expect(store.accessGeneration, is: before, "the generation after a change of connections")
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
            let organization = Tenant().organization
            _ = try await store.commit(Change([.createOrganization(organization)], event: nil))
            try expect(store.newestIdentifier(), is: organization.id, "the newest id")
        },
    ]
}
