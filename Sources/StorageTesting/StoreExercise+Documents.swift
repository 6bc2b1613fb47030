import Access
import Documents
import Secrets
import Storage

extension StoreExercise {
    static let connections = [
        StoreExercise("a created connection is read back as it was written") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record("ключ \" ' %", integration: "OpenAI", document: "{\"a\":\"\u{e9}\u{1F511}\"}")
            try expect(await tenant.create(record, in: store), is: .committed, "creating")
            let stored = try store.connection(record.id, in: tenant.id)
            try expect(stored, is: StoredConnection(record: record, revision: 1), "the connection")
            let document = try store.document(ofConnection: record.id, in: tenant.id)
            try expect(document, is: record.document, "the document")
        },
        StoreExercise("documents of any size come back byte for byte") { store in
            let tenant = try await Tenant.create(in: store)
            for size in [0, 1, 300, 3_900, 4_096, 70_000, 1_048_576] {
                let record = tenant.record(document: String(repeating: "x", count: size))
                try await tenant.create(record, in: store)
                let document = try store.document(ofConnection: record.id, in: tenant.id)
                try expect(document == record.document, "a document of \(size) bytes comes back")
            }
        },
        StoreExercise("what is not there is read as nil") { store in
            let tenant = try await Tenant.create(in: store)
            let id = Tenant.ids.next()
            try expect(store.document(ofConnection: id, in: tenant.id), is: nil, "the document")
            try expect(store.connection(id, in: tenant.id), is: nil, "the connection")
            try expect(store.sealedSecrets(ofConnection: id, in: tenant.id) == nil, "there are no secrets")
        },
        StoreExercise("ids of any version are kept whole, and one first half stands once") { store in
            let tenant = try await Tenant.create(in: store)
            for high: UInt64 in [0, 1, .max / 2, .max / 2 + 1, .max] {
                let record = tenant.record("\(high)", id: Identifier(high: high, low: .max))
                try expect(await tenant.create(record, in: store), is: .committed, "creating \(record.id)")
                let twin = tenant.record("twin", id: Identifier(high: high, low: 7))
                try expect(await tenant.create(twin, in: store), is: .conflict, "creating its twin")
                try expect(store.connection(record.id, in: tenant.id)?.record, is: record, "the connection")
                try expect(store.connection(twin.id, in: tenant.id), is: nil, "the twin")
                try expect(store.document(ofConnection: twin.id, in: tenant.id), is: nil, "the twin's document")
                try expect(store.sealedSecrets(ofConnection: twin.id, in: tenant.id) == nil, "nor are there secrets")
                let update = Mutation.updateConnection(twin, expecting: 1, sealed: nil)
                try expect(await store.commit(Change([update], event: nil)), is: .missing, "updating the twin")
                let deletion = Mutation.deleteConnection(twin.id, organization: tenant.id)
                try expect(await store.commit(Change([deletion], event: nil)), is: .missing, "deleting the twin")
            }
        },
        StoreExercise("creating an id again conflicts, and changes nothing") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record("first")
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            let again = tenant.record("second", id: record.id)
            try expect(await tenant.create(again, sealed: .lettered("b"), in: store), is: .conflict, "creating again")
            try expect(
                store.connection(record.id, in: tenant.id),
                is: StoredConnection(record: record, revision: 1),
                "the connection"
            )
            let sealed = try store.sealedSecrets(ofConnection: record.id, in: tenant.id)?.sealed
            try expect(sealed, is: .lettered("a"), "its secrets")
        },
        StoreExercise("an update replaces document and columns, and raises the revision") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record("before", integration: "HTTP")
            try await tenant.create(record, in: store)
            for revision: Int64 in 1...3 {
                let after = tenant.record("after \(revision)", id: record.id, integration: "OpenAI")
                let change = Change(
                    [.updateConnection(after, expecting: revision, sealed: nil)],
                    event: tenant.event("connection.update", on: record.id)
                )
                try expect(await store.commit(change), is: .committed, "updating")
                try expect(
                    store.connection(record.id, in: tenant.id),
                    is: StoredConnection(record: after, revision: revision + 1),
                    "the connection"
                )
            }
        },
        StoreExercise("an update made from another revision conflicts, and changes nothing") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record("before")
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            for revision: Int64 in [0, 2, -1] {
                let after = tenant.record("after", id: record.id)
                let change = Change([.updateConnection(after, expecting: revision, sealed: nil)], event: nil)
                try expect(await store.commit(change), is: .conflict, "updating revision \(revision)")
            }
            try expect(
                store.connection(record.id, in: tenant.id),
                is: StoredConnection(record: record, revision: 1),
                "the connection"
            )
            let sealed = try store.sealedSecrets(ofConnection: record.id, in: tenant.id)?.sealed
            try expect(sealed, is: .lettered("a"), "its secrets")
        },
        StoreExercise("what is not there cannot be updated, rewrapped or deleted") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            let mutations: [Mutation] = [
                .updateConnection(record, expecting: 1, sealed: nil),
                .rewrapSecrets(
                    ofConnection: record.id,
                    organization: tenant.id,
                    expecting: 1,
                    sealed: .lettered("a")
                ),
                .deleteConnection(record.id, organization: tenant.id),
                .setRegistration(applicationKey: record.id, organization: tenant.id, isRegistered: true),
            ]
            for mutation in mutations {
                let change = Change([mutation], event: tenant.event(on: record.id))
                try expect(await store.commit(change), is: .missing, "\(mutation)")
            }
        },
        StoreExercise("a connection needs its organisation and its owner") { store in
            let tenant = try await Tenant.create(in: store)
            let stranger = Tenant()
            let foreign = try await Tenant.create(in: store)
            try expect(await stranger.create(stranger.record(), in: store), is: .missing, "creating for nobody")
            for owner in [stranger.user.id, foreign.user.id] {
                let record = ConnectionRecord(
                    id: Tenant.ids.next(),
                    organization: tenant.id,
                    owner: owner,
                    name: "n",
                    integration: "HTTP",
                    document: [],
                    documentVersion: 1
                )
                try expect(await tenant.create(record, in: store), is: .missing, "creating for another's user")
                try expect(store.connection(record.id, in: tenant.id), is: nil, "the connection")
            }
        },
        StoreExercise("a deleted connection is gone with its secrets") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            let change = Change(
                [.deleteConnection(record.id, organization: tenant.id)],
                event: tenant.event("connection.delete", on: record.id)
            )
            try expect(await store.commit(change), is: .committed, "deleting")
            try expect(await store.commit(change), is: .missing, "deleting again")
            try expect(store.connection(record.id, in: tenant.id), is: nil, "the connection")
            try await tenant.create(record, in: store)
            let read = try store.sealedSecrets(ofConnection: record.id, in: tenant.id)
            try expect(read?.sealed, is: nil, "secrets of one created anew without any")
        },
    ]
}
