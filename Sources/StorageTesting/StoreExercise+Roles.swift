import Access
import Documents
import Storage

extension StoreExercise {
    static let roles = [
        StoreExercise("own roles come back as they were written, oldest first") { store in
            let tenant = try await Tenant.create(in: store)
            try expect(store.ownRoles(in: tenant.id), is: [], "the roles of a new organisation")
            let roles = [
                tenant.role("second", given: [.connectionsRead, .auditLogsRead]),
                tenant.role("First", given: .all, source: OwnRole.Source(.standard)),
                tenant.role("", given: []),
                tenant.role("роль", given: [], source: OwnRole.Source(role: Tenant.ids.next(), known: [])),
            ]
            try await tenant.commit(roles.map { .createRole($0) }, in: store)
            try expect(store.ownRoles(in: tenant.id), is: roles, "the roles")
            for role in roles { try expect(store.ownRole(role.id, in: tenant.id), is: role, "one of them") }
            let again = Change([.createRole(roles[0])], event: tenant.event(on: tenant.id))
            try expect(await store.commit(again), is: .conflict, "creating one again")
            try expect(store.newestIdentifier(), is: roles.last?.id, "the newest id")
        },
        StoreExercise("an update of a role replaces all but id, organisation and creation") { store in
            let tenant = try await Tenant.create(in: store)
            let role = tenant.role("before", given: [.connectionsRead], source: OwnRole.Source(.admin))
            try await tenant.commit([.createRole(role)], in: store)
            var changed = role
            changed.name = "after"
            changed.given = [.connectionsWrite]
            changed.source = nil
            changed.modifiedAt = Timestamp(microseconds: 99)
            for (number, state) in [changed, changed, role].enumerated() {
                var state = state
                state.revision = Int64(number + 1)
                try await tenant.commit([.updateRole(state)], in: store)
                state.revision += 1
                try expect(store.ownRole(role.id, in: tenant.id), is: state, "the role")
            }
            let missing = Change([.updateRole(tenant.role("nobody's"))], event: tenant.event(on: tenant.id))
            try expect(await store.commit(missing), is: .missing, "updating one that is not there")
        },
        StoreExercise("no two own roles of an organisation share a name") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let role = tenant.role("one")
            let second = tenant.role("two")
            try await tenant.commit([.createRole(role), .createRole(second)], in: store)
            try await other.commit([.createRole(other.role("one"))], in: store)
            let twin = tenant.role("one")
            try expect(await store.commit(Change([.createRole(twin)], event: nil)), is: .duplicate, "creating")
            try expect(store.ownRole(twin.id, in: tenant.id), is: nil, "the twin")
            var renamed = second
            renamed.name = "one"
            renamed.given = .all
            try expect(await store.commit(Change([.updateRole(renamed)], event: nil)), is: .duplicate, "renaming")
            try expect(store.ownRole(second.id, in: tenant.id), is: second, "the second")
            try await tenant.commit([.createRole(tenant.role("ONE"))], in: store)
        },
        StoreExercise("a deleted role leaves its users, and nobody else's") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let role = tenant.role("gone")
            let kept = tenant.role("kept")
            let user = tenant.newUser(roles: [Role.readOnly.id, role.id, kept.id])
            try await tenant.commit([.createRole(role), .createRole(kept), .createUser(user)], in: store)
            let stray = Change([.deleteRole(role.id, organization: other.id)], event: nil)
            try expect(await store.commit(stray), is: .missing, "deleting another's")
            let shipped = Change([.deleteRole(Role.readOnly.id, organization: tenant.id)], event: nil)
            try expect(await store.commit(shipped), is: .missing, "deleting a shipped one")
            try expect(store.user(user.id, in: tenant.id)?.roles, is: user.roles, "the roles before")
            let generation = try store.currentAccessGeneration()
            try await tenant.commit([.deleteRole(role.id, organization: tenant.id)], in: store)
            try expect(store.currentAccessGeneration() > generation, "the deletion does not show in the generation")
            try expect(store.ownRoles(in: tenant.id), is: [kept], "the roles left")
            try expect(store.user(user.id, in: tenant.id)?.roles, is: [Role.readOnly.id, kept.id], "the user's")
            // Else an edit that was made before would bring the role back.
            let late = Change([.updateUser(user)], event: tenant.event(on: user.id))
            try expect(await store.commit(late), is: .conflict, "an update from before")
            try expect(
                store.userCounts(in: tenant.id),
                is: [Role.admin.id: 1, Role.readOnly.id: 1, kept.id: 1],
                "who has which"
            )
            try expect(store.userCounts(in: other.id), is: [Role.admin.id: 1], "who has which elsewhere")
            let again = Change([.deleteRole(role.id, organization: tenant.id)], event: tenant.event(on: role.id))
            try expect(await store.commit(again), is: .missing, "deleting it again")
            try await tenant.commit([.createRole(tenant.role("gone"))], in: store)
        },
        StoreExercise("a deleted role leaves restriction policies, but never opens one") { store in
            let tenant = try await Tenant.create(in: store)
            let role = tenant.role("gone")
            try await tenant.commit([.createRole(role)], in: store)
            let user = RestrictionPolicy.Subject.user(tenant.user.id)
            let gone = RestrictionPolicy.Subject.role(role.id)
            let cases: [(before: [RestrictionPolicy.Binding], after: [RestrictionPolicy.Binding])] = [
                ([.init(.viewer, [user, gone]), .init(.editor, [gone])], [.init(.viewer, [user])]),
                ([.init(.editor, [gone]), .init(.viewer, [gone])], [.init(.editor, [gone]), .init(.viewer, [gone])]),
                ([.init(.editor, [user])], [.init(.editor, [user])]),
            ]
            var connections: [Identifier] = []
            for (before, _) in cases {
                let record = tenant.record()
                connections.append(record.id)
                try await tenant.create(record, in: store)
                let restriction = Mutation.setRestrictionPolicy(
                    RestrictionPolicy(before),
                    connection: record.id,
                    organization: tenant.id,
                    expecting: 1
                )
                try await tenant.commit([restriction], in: store)
            }
            let revisions = try connections.map { try store.connection($0, in: tenant.id)?.revision ?? 0 }
            try await tenant.commit([.deleteRole(role.id, organization: tenant.id)], in: store)
            for (index, connection) in connections.enumerated() {
                let stored = try required(store.connection(connection, in: tenant.id), "the connection")
                try expect(stored.policy, is: RestrictionPolicy(cases[index].after), "the policy")
                let isChanged = stored.policy != RestrictionPolicy(cases[index].before)
                try expect(stored.revision - revisions[index], is: isChanged ? 1 : 0, "the rise of the revision")
            }
        },
        StoreExercise("roles of one organisation are not there for another") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let role = tenant.role("theirs")
            try await tenant.commit([.createRole(role)], in: store)
            try expect(store.ownRole(role.id, in: other.id), is: nil, "another's role")
            try expect(store.ownRoles(in: other.id), is: [], "the other's roles")
            let nobody = Tenant()
            try expect(store.ownRoles(in: nobody.id), is: [], "roles of nobody")
            try expect(store.userCounts(in: nobody.id), is: [:], "users of nobody")
            for mutation in [Mutation.createRole(nobody.role("x")), .updateRole(nobody.role("x"))] {
                try expect(await store.commit(Change([mutation], event: nil)), is: .missing, "writing for nobody")
            }
            let stolen = OwnRole(id: role.id, organization: other.id, name: "mine", given: .all, createdAt: .now)
            try expect(
                await store.commit(Change([.updateRole(stolen)], event: nil)),
                is: .missing,
                "updating another's"
            )
            try expect(store.ownRole(role.id, in: tenant.id), is: role, "the role")
        },
    ]
}
