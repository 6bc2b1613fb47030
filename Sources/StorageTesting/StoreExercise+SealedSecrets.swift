import Documents
import Secrets
import Storage

extension StoreExercise {
    static let sealedSecrets = [
        StoreExercise("sealed secrets are read with the revision that they belong to") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, sealed: .lettered("a", masterKeyID: "old"), in: store)
            try expect(try secrets(record, tenant, store), is: 1, .lettered("a", masterKeyID: "old"))
            let update = Mutation.updateConnection(record, expecting: 1, sealed: .lettered("b", masterKeyID: "new"))
            _ = try await store.commit(Change([update], event: nil))
            try expect(try secrets(record, tenant, store), is: 2, .lettered("b", masterKeyID: "new"))
        },
        StoreExercise("an update without sealed secrets removes them, and one with them adds them") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            _ = try await store.commit(Change([.updateConnection(record, expecting: 1, sealed: nil)], event: nil))
            try expect(try secrets(record, tenant, store), is: 2, nil)
            let update = Mutation.updateConnection(record, expecting: 2, sealed: .lettered("b"))
            _ = try await store.commit(Change([update], event: nil))
            try expect(try secrets(record, tenant, store), is: 3, .lettered("b"))
        },
        StoreExercise("rewrapping replaces sealed secrets, and the revision stays") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            try expect(await store.commit(rewrapping(record, tenant, 1)), is: .committed, "rewrapping")
            try expect(try secrets(record, tenant, store), is: 1, .lettered("z"))
        },
        StoreExercise("rewrapping what was changed meanwhile conflicts, and changes nothing") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            _ = try await store.commit(
                Change([.updateConnection(record, expecting: 1, sealed: .lettered("b"))], event: nil)
            )
            try expect(await store.commit(rewrapping(record, tenant, 1)), is: .conflict, "rewrapping")
            try expect(try secrets(record, tenant, store), is: 2, .lettered("b"))
        },
        StoreExercise("rewrapping what has no secrets is missing") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, in: store)
            try expect(await store.commit(rewrapping(record, tenant, 1)), is: .missing, "rewrapping")
            try expect(try secrets(record, tenant, store), is: 1, nil)
        },
    ]
}

private func rewrapping(_ record: ConnectionRecord, _ tenant: Tenant, _ revision: Int64) -> Change {
    let mutation = Mutation.rewrapSecrets(
        ofConnection: record.id,
        organization: tenant.id,
        expecting: revision,
        sealed: .lettered("z")
    )
    return Change([mutation], event: nil)
}

private func secrets(
    _ record: ConnectionRecord,
    _ tenant: Tenant,
    _ store: any Store
) throws -> (revision: Int64, sealed: SealedSecrets?)? {
    try store.sealedSecrets(ofConnection: record.id, in: tenant.id)
}

private func expect(
    _ read: (revision: Int64, sealed: SealedSecrets?)?,
    is revision: Int64,
    _ sealed: SealedSecrets?
) throws {
    try expect(read?.revision, is: revision, "the revision")
    try expect(read?.sealed == sealed, "the sealed secrets are those of revision \(revision)")
}
