import Access
import Documents
import Secrets
import Storage

extension StoreExercise {
    static let documents = [DocumentKind.connection, .awsAccount].flatMap(documents(of:))

    /// The requirements on each kind that stands by itself.
    private static func documents(of kind: DocumentKind) -> [StoreExercise] {
        [
            StoreExercise("a created \(kind) is read back as it was written") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(
                    "ключ \" ' %",
                    kind: kind,
                    category: "OpenAI",
                    document: "{\"a\":\"\u{e9}\u{1F511}\"}"
                )
                try expect(await tenant.create(record, in: store), is: .committed, "creating")
                let stored = try store.stored(kind, record.id, in: tenant.id)
                try expect(stored, is: StoredDocument(record: record, revision: 1), "the document")
                let document = try store.document(kind, record.id, in: tenant.id)
                try expect(document, is: record.document, "the document")
            },
            StoreExercise("\(kind): documents of any size come back byte for byte") { store in
                let tenant = try await Tenant.create(in: store)
                for size in [0, 1, 300, 3_900, 4_096, 70_000, 1_048_576] {
                    let record = tenant.record(kind: kind, document: String(repeating: "x", count: size))
                    try await tenant.create(record, in: store)
                    let document = try store.document(kind, record.id, in: tenant.id)
                    try expect(document == record.document, "a document of \(size) bytes comes back")
                }
            },
            StoreExercise("\(kind): what is not there is read as nil") { store in
                let tenant = try await Tenant.create(in: store)
                let id = Tenant.ids.next()
                try expect(store.document(kind, id, in: tenant.id), is: nil, "the document")
                try expect(store.stored(kind, id, in: tenant.id), is: nil, "the document")
                try expect(store.sealedSecrets(of: kind, id, in: tenant.id) == nil, "there are no secrets")
            },
            StoreExercise("\(kind): ids of any version are kept whole, and one first half stands once") { store in
                let tenant = try await Tenant.create(in: store)
                for high: UInt64 in [0, 1, .max / 2, .max / 2 + 1, .max] {
                    let record = tenant.record("\(high)", kind: kind, id: Identifier(high: high, low: .max))
                    try expect(await tenant.create(record, in: store), is: .committed, "creating \(record.id)")
                    let twin = tenant.record("twin", kind: kind, id: Identifier(high: high, low: 7))
                    try expect(await tenant.create(twin, in: store), is: .conflict, "creating its twin")
                    try expect(store.stored(kind, record.id, in: tenant.id)?.record, is: record, "the document")
                    try expect(store.stored(kind, twin.id, in: tenant.id), is: nil, "the twin")
                    try expect(store.document(kind, twin.id, in: tenant.id), is: nil, "the twin's document")
                    try expect(store.sealedSecrets(of: kind, twin.id, in: tenant.id) == nil, "nor are there secrets")
                    let update = Mutation.updateDocument(twin, expecting: 1, sealed: nil)
                    try expect(await store.commit(Change([update], event: nil)), is: .missing, "updating the twin")
                    let deletion = Mutation.deleteDocument(kind, twin.id, organization: tenant.id)
                    try expect(await store.commit(Change([deletion], event: nil)), is: .missing, "deleting the twin")
                }
            },
            StoreExercise("\(kind): creating an id again conflicts, and changes nothing") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record("first", kind: kind)
                try await tenant.create(record, sealed: .lettered("a"), in: store)
                let again = tenant.record("second", kind: kind, id: record.id)
                try expect(
                    await tenant.create(again, sealed: .lettered("b"), in: store),
                    is: .conflict,
                    "creating again"
                )
                try expect(
                    store.stored(kind, record.id, in: tenant.id),
                    is: StoredDocument(record: record, revision: 1),
                    "the document"
                )
                let sealed = try store.sealedSecrets(of: kind, record.id, in: tenant.id)?.sealed
                try expect(sealed, is: .lettered("a"), "its secrets")
            },
            StoreExercise("\(kind): an update replaces document and columns, and raises the revision") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record("before", kind: kind, category: "HTTP")
                try await tenant.create(record, in: store)
                for revision: Int64 in 1...3 {
                    let after = tenant.record("after \(revision)", kind: kind, id: record.id, category: "OpenAI")
                    let change = Change(
                        [.updateDocument(after, expecting: revision, sealed: nil)],
                        event: tenant.event("connection.update", on: record.id)
                    )
                    try expect(await store.commit(change), is: .committed, "updating")
                    try expect(
                        store.stored(kind, record.id, in: tenant.id),
                        is: StoredDocument(record: after, revision: revision + 1),
                        "the document"
                    )
                }
            },
            StoreExercise("\(kind): an update made from another revision conflicts, and changes nothing") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record("before", kind: kind)
                try await tenant.create(record, sealed: .lettered("a"), in: store)
                for revision: Int64 in [0, 2, -1] {
                    let after = tenant.record("after", kind: kind, id: record.id)
                    let change = Change([.updateDocument(after, expecting: revision, sealed: nil)], event: nil)
                    try expect(await store.commit(change), is: .conflict, "updating revision \(revision)")
                }
                try expect(
                    store.stored(kind, record.id, in: tenant.id),
                    is: StoredDocument(record: record, revision: 1),
                    "the document"
                )
                let sealed = try store.sealedSecrets(of: kind, record.id, in: tenant.id)?.sealed
                try expect(sealed, is: .lettered("a"), "its secrets")
            },
            StoreExercise("\(kind): what is not there cannot be updated, rewrapped or deleted") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(kind: kind)
                let mutations: [Mutation] = [
                    .updateDocument(record, expecting: 1, sealed: nil),
                    .rewrapSecrets(record.sealed(.lettered("a"))),
                    .deleteDocument(kind, record.id, organization: tenant.id),
                    .setRegistration(applicationKey: record.id, organization: tenant.id, isRegistered: true),
                ]
                for mutation in mutations {
                    let change = Change([mutation], event: tenant.event(on: record.id))
                    try expect(await store.commit(change), is: .missing, "\(mutation)")
                }
            },
            StoreExercise("\(kind): a document needs its organisation and its owner") { store in
                let tenant = try await Tenant.create(in: store)
                let stranger = Tenant()
                let foreign = try await Tenant.create(in: store)
                try expect(
                    await stranger.create(stranger.record(kind: kind), in: store),
                    is: .missing,
                    "creating for nobody"
                )
                for owner in [stranger.user.id, foreign.user.id] {
                    let record = DocumentRecord(
                        kind: kind,
                        id: Tenant.ids.next(),
                        organization: tenant.id,
                        owner: owner,
                        name: "n",
                        category: "HTTP",
                        document: [],
                        documentVersion: 1
                    )
                    try expect(await tenant.create(record, in: store), is: .missing, "creating for another's user")
                    try expect(store.stored(kind, record.id, in: tenant.id), is: nil, "the document")
                }
            },
            StoreExercise("a deleted \(kind) is gone with its secrets") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(kind: kind)
                try await tenant.create(record, sealed: .lettered("a"), in: store)
                let change = Change(
                    [.deleteDocument(kind, record.id, organization: tenant.id)],
                    event: tenant.event("connection.delete", on: record.id)
                )
                try expect(await store.commit(change), is: .committed, "deleting")
                try expect(await store.commit(change), is: .missing, "deleting again")
                try expect(store.stored(kind, record.id, in: tenant.id), is: nil, "the document")
                try await tenant.create(record, in: store)
                let read = try store.sealedSecrets(of: kind, record.id, in: tenant.id)
                try expect(read?.sealed, is: nil, "secrets of one created anew without any")
            },
        ]
    }
}
