import Documents
import Secrets
import Storage

extension StoreExercise {
    static let sealedSecrets = [DocumentKind.connection, .awsAccount].flatMap(sealedSecrets(of:)) + masterKeys

    private static func sealedSecrets(of kind: DocumentKind) -> [StoreExercise] {
        [
            StoreExercise("\(kind): sealed secrets are read with the revision that they belong to") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(kind: kind)
                try await tenant.create(record, sealed: .lettered("a", masterKeyID: "old"), in: store)
                try expect(try secrets(record, tenant, store), is: 1, .lettered("a", masterKeyID: "old"))
                let update = Mutation.updateDocument(record, expecting: 1, sealed: .lettered("b", masterKeyID: "new"))
                _ = try await store.commit(Change([update], event: nil))
                try expect(try secrets(record, tenant, store), is: 2, .lettered("b", masterKeyID: "new"))
            },
            StoreExercise("\(kind): an update without sealed secrets removes them, and one with them adds them") {
                store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(kind: kind)
                try await tenant.create(record, sealed: .lettered("a"), in: store)
                _ = try await store.commit(Change([.updateDocument(record, expecting: 1, sealed: nil)], event: nil))
                try expect(try secrets(record, tenant, store), is: 2, nil)
                let update = Mutation.updateDocument(record, expecting: 2, sealed: .lettered("b"))
                _ = try await store.commit(Change([update], event: nil))
                try expect(try secrets(record, tenant, store), is: 3, .lettered("b"))
            },
            StoreExercise("\(kind): rewrapping replaces sealed secrets, and the revision stays") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(kind: kind)
                try await tenant.create(record, sealed: .lettered("a"), in: store)
                try expect(await store.commit(rewrapping(record, tenant, 1)), is: .committed, "rewrapping")
                try expect(try secrets(record, tenant, store), is: 1, .lettered("z"))
            },
            StoreExercise("\(kind): rewrapping what was changed meanwhile conflicts, and changes nothing") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(kind: kind)
                try await tenant.create(record, sealed: .lettered("a"), in: store)
                _ = try await store.commit(
                    Change([.updateDocument(record, expecting: 1, sealed: .lettered("b"))], event: nil)
                )
                try expect(await store.commit(rewrapping(record, tenant, 1)), is: .conflict, "rewrapping")
                try expect(try secrets(record, tenant, store), is: 2, .lettered("b"))
            },
            StoreExercise("\(kind): rewrapping what has no secrets is missing") { store in
                let tenant = try await Tenant.create(in: store)
                let record = tenant.record(kind: kind)
                try await tenant.create(record, in: store)
                try expect(await store.commit(rewrapping(record, tenant, 1)), is: .missing, "rewrapping")
                try expect(try secrets(record, tenant, store), is: 1, nil)
            },
        ]
    }
}

extension StoreExercise {
    private static let masterKeys = [
        StoreExercise("master keys are noted once, listed in order, and forgotten") { store in
            try expect(store.masterKeyIDs(), is: [], "the master keys of an empty store")
            for id in ["k2", "k1", "k2"] {
                try expect(await commit(.noteMasterKey(id: id), store), is: .committed, "noting \(id)")
            }
            try expect(store.masterKeyIDs(), is: ["k1", "k2"], "the master keys")
            try expect(await commit(.forgetMasterKey(id: "k1"), store), is: .committed, "forgetting")
            try expect(await commit(.forgetMasterKey(id: "k1"), store), is: .missing, "forgetting again")
            try expect(store.masterKeyIDs(), is: ["k2"], "the master keys")
        },
        StoreExercise("secrets under a master key that was not noted, or was forgotten, are refused") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            let unknown = SealedSecrets.lettered("a", masterKeyID: "unknown")
            try expect(await tenant.create(record, sealed: unknown, in: store), is: .conflict, "creating")
            try await tenant.create(record, sealed: .lettered("a", masterKeyID: "old"), in: store)
            let update = Mutation.updateDocument(record, expecting: 1, sealed: unknown)
            try expect(await commit(update, store), is: .conflict, "updating")
            try expect(await commit(.rewrapSecrets(record.sealed(unknown)), store), is: .conflict, "rewrapping")
            let rewrapped = record.sealed(.lettered("b", masterKeyID: "new"))
            try expect(await commit(.rewrapSecrets(rewrapped), store), is: .committed, "rewrapping")
            try expect(await commit(.forgetMasterKey(id: "old"), store), is: .committed, "forgetting")
            let late = Mutation.updateDocument(record, expecting: 1, sealed: .lettered("c", masterKeyID: "old"))
            try expect(await commit(late, store), is: .conflict, "an update that began before")
            try expect(try secrets(record, tenant, store), is: 1, .lettered("b", masterKeyID: "new"))
        },
        StoreExercise("a master key that seals something is not forgotten") { store in
            let tenant = try await Tenant.create(in: store)
            for kind in [DocumentKind.connection, .awsAccount] {
                let id = "\(kind)"
                let record = tenant.record(kind: kind)
                try expect(await commit(.noteMasterKey(id: id), store), is: .committed, "noting it")
                try await tenant.create(record, sealed: .lettered("a", masterKeyID: id), in: store)
                try expect(await commit(.forgetMasterKey(id: id), store), is: .conflict, "forgetting it")
                try expect(store.masterKeyIDs().contains(id), "it is listed still")
                try expect(await store.commit(rewrapping(record, tenant, 1)), is: .committed, "rewrapping")
                try expect(await commit(.forgetMasterKey(id: id), store), is: .committed, "forgetting it then")
            }
        },
        StoreExercise("what is not sealed under a master key is found, of every kind, in the order of ids") { store in
            let tenants = [try await Tenant.create(in: store), try await Tenant.create(in: store)]
            var old: [SealedRecord] = []
            for number in 0..<60 {
                let record = tenants[number % 2].record(kind: number % 3 == 0 ? .awsAccount : .connection)
                let letter: Character = number % 5 == 0 ? "b" : "a"
                let sealed: SealedSecrets? =
                    number % 7 == 0 ? nil : .lettered(letter, masterKeyID: number % 4 == 0 ? "new" : "old")
                try await tenants[number % 2].create(record, sealed: sealed, in: store)
                if let sealed, sealed.masterKeyID == "old" { old.append(record.sealed(sealed)) }
            }
            try expect(collected(store, under: "new", atMost: 7), is: old, "those of another key, by seven")
            try expect(collected(store, under: "new", atMost: 1000), is: old, "those of another key")
            let all = try collected(store, under: "other", atMost: 50)
            try expect(all.count, is: 51, "all that have secrets")
            try expect(all.map(\.id), is: all.map(\.id).sorted(), "their order")
            try expect(store.secretsNotSealed(under: "new", after: nil, atMost: 0), is: [], "none of them")
            let last = Identifier(high: .max, low: 0)
            try expect(store.secretsNotSealed(under: "new", after: last, atMost: 1), is: [], "those after the last id")
        },
        StoreExercise("the first and the last of all ids are found too") { store in
            let tenant = try await Tenant.create(in: store)
            let records = [UInt64.max, 0].map { tenant.record(id: Identifier(high: $0, low: 1)) }
            for record in records { try await tenant.create(record, sealed: .lettered("a"), in: store) }
            let expected = records.reversed().map { $0.sealed(.lettered("a")) }
            try expect(collected(store, under: "z", atMost: 1), is: expected, "what was found")
        },
        StoreExercise("what was found is rewrapped, until nothing is found") { store in
            let tenant = try await Tenant.create(in: store)
            for number in 0..<30 {
                let record = tenant.record(kind: number % 2 == 0 ? .awsAccount : .connection)
                try await tenant.create(record, sealed: .lettered("a", masterKeyID: "old"), in: store)
            }
            var last: Identifier?
            while let record = try store.secretsNotSealed(under: "new", after: last, atMost: 1).first {
                let rewrapped = SealedRecord(
                    kind: record.kind,
                    id: record.id,
                    organization: record.organization,
                    revision: record.revision,
                    sealed: .lettered("b", masterKeyID: "new")
                )
                try expect(await commit(.rewrapSecrets(rewrapped), store), is: .committed, "rewrapping")
                last = record.id
            }
            try expect(collected(store, under: "new", atMost: 10), is: [], "those of another key")
            try expect(collected(store, under: "old", atMost: 10).count, is: 30, "those rewrapped")
        },
        StoreExercise("secrets of one kind are nothing to a document of another with the same id") { store in
            let tenant = try await Tenant.create(in: store)
            let account = tenant.record(kind: .awsAccount)
            try await tenant.create(account, sealed: .lettered("a"), in: store)
            let connection = tenant.record(id: account.id)
            try await tenant.create(connection, in: store)
            let read = try store.sealedSecrets(of: .connection, account.id, in: tenant.id)
            try expect(read, is: 1, nil)
            try expect(await store.commit(rewrapping(connection, tenant, 1)), is: .missing, "rewrapping")
            let mutations: [Mutation] = [
                .updateDocument(connection, expecting: 1, sealed: nil),
                .deleteDocument(.connection, connection.id, organization: tenant.id),
            ]
            for mutation in mutations {
                try expect(await commit(mutation, store), is: .committed, "\(mutation)")
                try expect(try secrets(account, tenant, store), is: 1, .lettered("a"))
            }
        },
    ]
}

private func commit(_ mutation: Mutation, _ store: any Store) async throws -> CommitOutcome {
    try await store.commit(Change([mutation], event: nil))
}

/// All that is not sealed under a master key, by that number at a time.
private func collected(
    _ store: any Store,
    under masterKeyID: String,
    atMost count: Int
) throws -> [SealedRecord] {
    var records: [SealedRecord] = []
    while true {
        let more = try store.secretsNotSealed(under: masterKeyID, after: records.last?.id, atMost: count)
        try expect(more.count <= count, "no more are found than were asked for")
        if more.isEmpty { return records }
        records += more
    }
}

private func rewrapping(_ record: DocumentRecord, _ tenant: Tenant, _ revision: Int64) -> Change {
    let mutation = Mutation.rewrapSecrets(record.sealed(revision: revision, .lettered("z")))
    return Change([mutation], event: nil)
}

private func secrets(
    _ record: DocumentRecord,
    _ tenant: Tenant,
    _ store: any Store
) throws -> (revision: Int64, sealed: SealedSecrets?)? {
    try store.sealedSecrets(of: record.kind, record.id, in: tenant.id)
}

private func expect(
    _ read: (revision: Int64, sealed: SealedSecrets?)?,
    is revision: Int64,
    _ sealed: SealedSecrets?
) throws {
    try expect(read?.revision, is: revision, "the revision")
    try expect(read?.sealed == sealed, "the sealed secrets are those of revision \(revision)")
}
