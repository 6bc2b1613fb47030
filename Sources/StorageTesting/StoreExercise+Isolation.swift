import Access
import Documents
import Secrets
import Storage

extension StoreExercise {
    static let isolation = [
        StoreExercise("an organisation reads nothing of another") { store in
            let owner = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let record = owner.record("name")
            let key = owner.applicationKey(digest: .numbered(1), isRegistered: true)
            try await owner.create(record, sealed: .lettered("a"), in: store)
            _ = try await store.commit(Change([.createApplicationKey(key)], event: nil))
            let twin = Identifier(high: owner.id.high, low: owner.id.low ^ 1)
            for reader in [other.id, Tenant.ids.next(), twin] {
                try expect(store.document(ofConnection: record.id, in: reader), is: nil, "the document")
                try expect(store.connection(record.id, in: reader), is: nil, "the connection")
                try expect(store.sealedSecrets(ofConnection: record.id, in: reader) == nil, "no secrets are found")
                try expect(store.applicationKey(key.id, in: reader), is: nil, "the application key")
                try expect(store.user(owner.user.id, in: reader), is: nil, "the user")
                let all = Page(size: 10, number: 0)
                for filter in [ConnectionFilter(), .init(integration: "HTTP"), .init(nameContains: "a")] {
                    let list = try store.documents(ofConnectionsIn: reader, matching: filter, page: all)
                    try expect(list.elements, is: [], "the list")
                    try expect([list.total, list.totalFiltered], is: [0, 0], "the totals")
                }
                let registrations = try store.registrations(in: reader, page: all)
                try expect(registrations.elements, is: [], "the registrations")
                try expect(registrations.total, is: 0, "the total of registrations")
            }
        },
        StoreExercise("an organisation changes nothing of another") { store in
            let owner = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let record = owner.record("before")
            let key = owner.applicationKey(digest: .numbered(1))
            try await owner.create(record, sealed: .lettered("a"), in: store)
            _ = try await store.commit(Change([.createApplicationKey(key)], event: nil))
            for writer in [other, Tenant()] {
                let mutations: [Mutation] = [
                    .updateConnection(writer.record("after", id: record.id), expecting: 1, sealed: .lettered("b")),
                    .rewrapSecrets(
                        ofConnection: record.id,
                        organization: writer.id,
                        expecting: 1,
                        sealed: .lettered("b")
                    ),
                    .deleteConnection(record.id, organization: writer.id),
                    .setRegistration(applicationKey: key.id, organization: writer.id, isRegistered: true),
                ]
                for mutation in mutations {
                    try expect(await store.commit(Change([mutation], event: nil)), is: .missing, "\(mutation)")
                }
            }
            try expect(
                store.connection(record.id, in: owner.id),
                is: StoredConnection(record: record, revision: 1),
                "the connection"
            )
            let sealed = try store.sealedSecrets(ofConnection: record.id, in: owner.id)?.sealed
            try expect(sealed, is: .lettered("a"), "its secrets")
            try expect(store.applicationKey(key.id, in: owner.id), is: key, "the key")
        },
    ]
}
