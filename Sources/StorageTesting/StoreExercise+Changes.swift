import Access
import Documents
import Secrets
import Storage

extension StoreExercise {
    static let changes = [
        StoreExercise("a refused mutation undoes those before it") { store in
            let tenant = try await Tenant.create(in: store)
            let kept = tenant.record("kept")
            let touched = tenant.record("touched")
            for record in [kept, touched] { try await tenant.create(record, sealed: .lettered("a"), in: store) }
            let added = tenant.record("added")
            let cases: [(Mutation, CommitOutcome)] = [
                (.createDocument(kept, sealed: nil), .conflict),
                (.updateDocument(kept, expecting: 7, sealed: nil), .conflict),
                (.deleteDocument(.connection, Tenant.ids.next(), organization: tenant.id), .missing),
            ]
            for (refused, outcome) in cases {
                let change = Change(
                    [
                        .createDocument(added, sealed: .lettered("b")),
                        .deleteDocument(.connection, touched.id, organization: tenant.id), refused,
                    ],
                    event: tenant.event(on: added.id)
                )
                try expect(await store.commit(change), is: outcome, "the change")
                try expect(store.stored(.connection, added.id, in: tenant.id), is: nil, "what it would have added")
                try expect(
                    store.stored(.connection, touched.id, in: tenant.id)?.record,
                    is: touched,
                    "what it deleted before"
                )
                let sealed = try store.sealedSecrets(of: .connection, touched.id, in: tenant.id)?.sealed
                try expect(sealed, is: .lettered("a"), "the secrets that it deleted before")
            }
        },
        StoreExercise("an organisation whose creation was undone is not there") { store in
            let tenant = try await Tenant.create(in: store)
            let stranger = Tenant()
            let change = Change(
                [.createOrganization(stranger.organization), .createUser(tenant.user)],
                event: stranger.event(on: stranger.id)
            )
            try expect(await store.commit(change), is: .conflict, "a change that creates a user again")
            try expect(await stranger.create(stranger.record(), in: store), is: .missing, "creating in it")
            try expect(store.newestIdentifier(), is: tenant.user.id, "the newest id")
            let creation = Change([.createOrganization(stranger.organization)], event: stranger.event(on: stranger.id))
            try expect(await store.commit(creation), is: .committed, "creating it after all")
        },
        StoreExercise("later mutations of a change see the earlier ones") { store in
            let tenant = try await Tenant.create(in: store)
            let before = tenant.record("before")
            let after = tenant.record("after", id: before.id)
            let change = Change(
                [
                    .createDocument(before, sealed: .lettered("a")),
                    .updateDocument(after, expecting: 1, sealed: .lettered("b")),
                ],
                event: tenant.event(on: before.id)
            )
            try expect(await store.commit(change), is: .committed, "the change")
            try expect(
                store.stored(.connection, before.id, in: tenant.id),
                is: StoredDocument(record: after, revision: 2),
                "the connection"
            )
        },
        StoreExercise("an event needs its organisation") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            let change = Change([.createDocument(record, sealed: nil)], event: Tenant().event(on: record.id))
            try expect(await store.commit(change), is: .missing, "the change")
            try expect(store.stored(.connection, record.id, in: tenant.id), is: nil, "the connection")
        },
        StoreExercise("an event may stand alone, and a change may do nothing") { store in
            let tenant = try await Tenant.create(in: store)
            try expect(await store.commit(Change([], event: tenant.event(on: tenant.id))), is: .committed, "an event")
            try expect(await store.commit(Change([], event: nil)), is: .committed, "nothing")
        },
        StoreExercise("statistics count commits and reads") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, in: store)
            try await tenant.create(record, in: store)
            _ = try store.document(.connection, record.id, in: tenant.id)
            let statistics = store.statistics()
            try expect(statistics.commits, is: 2, "the commits, without the refused one")
            try expect(statistics.failedCommits, is: 0, "the failed commits, of which a refused one is none")
            try expect(statistics.batches, is: 3, "the batches")
            try expect(statistics.commitNanoseconds > 0, "commits take time")
            try expect(statistics.reads, is: 1, "the reads")
        },
        StoreExercise("a closed store does nothing more") { store in
            let tenant = try await Tenant.create(in: store)
            await store.close()
            await store.close()
            do throws(StoreError) {
                _ = try await store.commit(Change([], event: tenant.event(on: tenant.id)))
                throw .unavailable("a commit was accepted")
            } catch {
                try expect(error, is: .closed, "the error of a commit")
            }
            do throws(StoreError) {
                _ = try store.document(.connection, tenant.id, in: tenant.id)
                throw .unavailable("a read was accepted")
            } catch {
                try expect(error, is: .closed, "the error of a read")
            }
        },
    ]
}
