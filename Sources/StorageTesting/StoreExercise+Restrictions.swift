import Access
import Documents
import Storage

extension StoreExercise {
    static let restrictions = [
        StoreExercise("a connection tells its document, revision and policy together") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            var expected = RestrictedConnection(document: record.document, revision: 1, policy: nil)
            try expect(store.connection(record.id, in: tenant.id), is: expected, "the connection")
            for policy in [tenant.editorsOnly, tenant.everyRelation, nil, tenant.everyRelation] {
                try await tenant.commit([tenant.restrict(record, to: policy, expecting: expected.revision)], in: store)
                expected = .init(document: record.document, revision: expected.revision + 1, policy: policy)
                try expect(store.connection(record.id, in: tenant.id), is: expected, "the connection")
                try expect(store.stored(.connection, record.id, in: tenant.id)?.revision, is: expected.revision, "it")
            }
            let sealed = try store.sealedSecrets(of: .connection, record.id, in: tenant.id)?.sealed
            try expect(sealed, is: .lettered("a"), "its secrets")
        },
        StoreExercise("a connection is known by its whole id, in its organisation") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let record = tenant.record()
            let account = tenant.record(kind: .awsAccount)
            for record in [record, account] { try await tenant.create(record, in: store) }
            let twin = Identifier(high: record.id.high, low: record.id.low ^ 1)
            for (id, organization) in [
                (twin, tenant.id), (account.id, tenant.id), (record.id, other.id), (record.id, Tenant.ids.next()),
            ] {
                try expect(store.connection(id, in: organization), is: nil, "the connection")
                let mutation = Mutation.setRestrictionPolicy(
                    tenant.editorsOnly,
                    connection: id,
                    organization: organization,
                    expecting: 1
                )
                try expect(await store.commit(Change([mutation], event: nil)), is: .missing, "restricting it")
            }
            try expect(store.connection(record.id, in: tenant.id)?.revision, is: 1, "the revision")
        },
        StoreExercise("connections that are asked for together are those that are asked for alone") { store in
            let (tenant, other) = (try await Tenant.create(in: store), try await Tenant.create(in: store))
            let records = (0..<3).map { tenant.record("\($0)") }
            for record in records { try await tenant.create(record, in: store) }
            try await tenant.commit([tenant.restrict(records[1], to: tenant.editorsOnly, expecting: 1)], in: store)
            let foreign = other.record()
            try await other.create(foreign, in: store)
            let twin = Identifier(high: records[0].id.high, low: records[0].id.low ^ 1)
            let names = [
                RecordName(records[2].id, in: tenant.id), RecordName(foreign.id, in: tenant.id),
                RecordName(records[1].id, in: tenant.id), RecordName(twin, in: tenant.id),
                RecordName(records[0].id, in: Tenant.ids.next()), RecordName(foreign.id, in: other.id),
                RecordName(records[2].id, in: tenant.id), RecordName(records[0].id, in: tenant.id),
            ]
            let together = try store.connections(named: names).map { try $0.get() }
            let alone = try names.map { try store.connection($0.id, in: $0.organization) }
            try expect(together, is: alone, "the connections")
            let areThere = [true, false, true, false, false, true, true, true]
            try expect(together.map { $0 != nil }, is: areThere, "those that are there")
            try expect(store.connections(named: []).count, is: 0, "what is found by no name")
        },
        StoreExercise("a policy made from an old state is refused, and so is a change from before a policy") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, in: store)
            try await tenant.commit([tenant.restrict(record, to: tenant.editorsOnly, expecting: 1)], in: store)
            let late: [Mutation] = [
                tenant.restrict(record, to: nil, expecting: 1),
                tenant.restrict(record, to: tenant.everyRelation, expecting: 3),
                .updateDocument(record, expecting: 1, sealed: nil),
            ]
            for mutation in late {
                try expect(await store.commit(Change([mutation], event: nil)), is: .conflict, "\(mutation)")
            }
            let expected = RestrictedConnection(document: record.document, revision: 2, policy: tenant.editorsOnly)
            try expect(store.connection(record.id, in: tenant.id), is: expected, "the connection")
            let renamed = tenant.record("renamed", id: record.id)
            try await tenant.commit([.updateDocument(renamed, expecting: 2, sealed: nil)], in: store)
            try expect(store.connection(record.id, in: tenant.id)?.policy, is: tenant.editorsOnly, "the policy")
        },
        StoreExercise("a policy goes with its connection, and leaves others alone") { store in
            let tenant = try await Tenant.create(in: store)
            let records = [tenant.record(), tenant.record()]
            for record in records {
                try await tenant.create(record, in: store)
                try await tenant.commit([tenant.restrict(record, to: tenant.everyRelation, expecting: 1)], in: store)
            }
            let deletion = Mutation.deleteDocument(.connection, records[0].id, organization: tenant.id)
            try await tenant.commit([deletion], in: store)
            try expect(store.connection(records[0].id, in: tenant.id), is: nil, "the connection")
            try expect(store.connection(records[1].id, in: tenant.id)?.policy, is: tenant.everyRelation, "the other's")
            try await tenant.create(records[0], in: store)
            let anew = RestrictedConnection(document: records[0].document, revision: 1, policy: nil)
            try expect(store.connection(records[0].id, in: tenant.id), is: anew, "one of the same id")
        },
        StoreExercise("racing policies come one after another") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, in: store)
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for index in 0..<20 {
                    let policy = index % 2 == 0 ? tenant.editorsOnly : tenant.everyRelation
                    group.addTask {
                        try await store.commit(Change([tenant.restrict(record, to: policy, expecting: 1)], event: nil))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try expect(outcomes.count { $0 == .committed }, is: 1, "those that came through")
            try expect(outcomes.count { $0 == .conflict }, is: 19, "those that did not")
        },
    ]
}

extension Tenant {
    /// A policy that names this tenant's user alone.
    var editorsOnly: RestrictionPolicy? { RestrictionPolicy([.init(.editor, [.user(user.id)])]) }

    /// A policy with several principals of every kind, whose order is not that of their names.
    var everyRelation: RestrictionPolicy? {
        RestrictionPolicy([
            .init(.resolver, [.role(Role.standard.id), .role(Role.admin.id), .user(user.id)]),
            .init(.editor, [.user(user.id), .role(Role.admin.id)]),
            .init(.viewer, [.organization(id)]),
        ])
    }

    func restrict(_ record: DocumentRecord, to policy: RestrictionPolicy?, expecting revision: Int64) -> Mutation {
        .setRestrictionPolicy(policy, connection: record.id, organization: id, expecting: revision)
    }
}
