import Access
import Documents
import Storage

extension StoreExercise {
    static let users = [
        StoreExercise("a store is initialized once it has an organisation") { store in
            try expect(store.isInitialized(), is: false, "whether an empty store is initialized")
            try expect(store.newestIdentifier(), is: nil, "the newest id of an empty store")
            _ = try await Tenant.create(in: store)
            try expect(store.isInitialized(), is: true, "whether it is initialized then")
        },
        StoreExercise("organisations are found by id, and listed oldest first") { store in
            try expect(store.organizations(), is: [], "the organisations of an empty store")
            var organizations: [Organization] = []
            for age in [9, 3, 3, 7] as [Int64] {
                let organization = Organization(
                    id: Tenant.ids.next(),
                    name: "name \(age)",
                    createdAt: Timestamp(microseconds: -age)
                )
                organizations.append(organization)
                let creation = Change([.createOrganization(organization)], event: nil)
                try expect(await store.commit(creation), is: .committed, "creating")
                try expect(await store.commit(creation), is: .conflict, "creating again")
                try expect(store.organization(organization.id), is: organization, "the organisation")
            }
            let expected = [0, 3, 1, 2].map { organizations[$0] }
            try expect(store.organizations(), is: expected, "the organisations")
            try expect(store.organization(Tenant.ids.next()), is: nil, "one that is not there")
        },
        StoreExercise("users come back as they were written, with their roles in order") { store in
            let tenant = try await Tenant.create(in: store)
            for roles in [[], [Role.admin.id], [Role.readOnly.id, Role.admin.id, Tenant.ids.next()]] {
                var user = User(
                    id: Tenant.ids.next(),
                    organization: tenant.id,
                    handle: "robot \(roles.count)",
                    email: roles.isEmpty ? "" : "robot@example.com",
                    name: roles.isEmpty ? nil : "",
                    title: roles.isEmpty ? "ключ" : nil,
                    isServiceAccount: !roles.isEmpty,
                    isDisabled: roles.isEmpty,
                    roles: roles,
                    createdAt: Timestamp(microseconds: -5)
                )
                user.modifiedAt = Timestamp(microseconds: 77)
                try expect(await store.commit(Change([.createUser(user)], event: nil)), is: .committed, "creating")
                try expect(store.user(user.id, in: tenant.id), is: user, "the user")
                try expect(await store.commit(Change([.createUser(user)], event: nil)), is: .conflict, "again")
            }
        },
        StoreExercise("an update of a user replaces all but id, organisation and creation") { store in
            let tenant = try await Tenant.create(in: store)
            let user = tenant.newUser(roles: [Role.admin.id, Role.standard.id])
            try await tenant.commit([.createUser(user)], in: store)
            var changed = user
            changed.handle = "new handle"
            changed.email = "new@example.com"
            changed.name = "New Name"
            changed.title = "Title"
            changed.isServiceAccount = true
            changed.isDisabled = true
            changed.roles = [Role.readOnly.id, Role.admin.id, Tenant.ids.next()]
            changed.modifiedAt = Timestamp(microseconds: 99)
            for (number, state) in [changed, changed, user].enumerated() {
                var state = state
                state.revision = Int64(number + 1)
                try await tenant.commit([.updateUser(state)], in: store)
                state.revision += 1
                try expect(store.user(user.id, in: tenant.id), is: state, "the user")
            }
            var other = User(
                id: user.id,
                organization: tenant.id,
                handle: user.handle,
                roles: user.roles,
                createdAt: Timestamp(microseconds: 1234)
            )
            other.revision = 4
            try await tenant.commit([.updateUser(other)], in: store)
            try expect(store.user(user.id, in: tenant.id)?.createdAt, is: user.createdAt, "the creation")
            let missing = Change([.updateUser(tenant.newUser())], event: tenant.event(on: user.id))
            try expect(await store.commit(missing), is: .missing, "updating who is not there")
        },
        StoreExercise("no two users of an organisation share a handle") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            try expect(other.user.handle, is: tenant.user.handle, "the same handle in two organisations")
            let twin = tenant.newUser(tenant.user.handle)
            try expect(await store.commit(Change([.createUser(twin)], event: nil)), is: .duplicate, "creating")
            try expect(store.user(twin.id, in: tenant.id), is: nil, "the second user")
            var user = tenant.newUser("theirs", roles: [Role.admin.id])
            try await tenant.commit([.createUser(user)], in: store)
            let before = user
            user.handle = tenant.user.handle
            user.roles = []
            try expect(await store.commit(Change([.updateUser(user)], event: nil)), is: .duplicate, "updating")
            try expect(store.user(user.id, in: tenant.id), is: before, "the user")
            let upper = tenant.newUser(tenant.user.handle.uppercased())
            try expect(await store.commit(Change([.createUser(upper)], event: nil)), is: .committed, "another case")
        },
    ]
}
