import Documents
import Storage

extension StoreExercise {
    static let auditWebhooks = [
        StoreExercise("webhooks of all organisations are read together, with how far each has come") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            try expect(store.auditWebhooks(), is: [], "webhooks of an empty store")
            let first = tenant.record("first", kind: .auditWebhook)
            let second = other.record("first", kind: .auditWebhook)
            try expect(await tenant.create(first, sealed: .lettered("a"), in: store), is: .committed, "creating one")
            try expect(await other.create(second, in: store), is: .committed, "creating another's of the same name")
            let twin = tenant.record("first", kind: .auditWebhook)
            try expect(await tenant.create(twin, in: store), is: .duplicate, "the same name")
            func webhooks(_ delivered: Int64, _ others: Int64) -> [StoredAuditWebhook] {
                zip([first, second], [delivered, others]).map { record, delivered in
                    StoredAuditWebhook(
                        id: record.id,
                        organization: record.organization,
                        document: record.document,
                        revision: 1,
                        delivered: delivered
                    )
                }
            }
            try expect(store.auditWebhooks(), is: webhooks(0, 0), "the webhooks")
            func note(_ webhook: Identifier, in organization: Identifier, _ sequence: Int64) async throws {
                let note = Mutation.noteDelivery(to: webhook, organization: organization, sequence: sequence)
                try await tenant.commit([note], in: store)
            }
            try await note(first.id, in: tenant.id, 7)
            try await note(first.id, in: tenant.id, 5)
            // Those of another organisation, and such as there are not, leave the others be.
            try await note(second.id, in: tenant.id, 9)
            try await note(Tenant.ids.next(), in: tenant.id, 9)
            try expect(store.auditWebhooks(), is: webhooks(7, 0), "the webhooks after deliveries")
            let deletion = Mutation.deleteDocument(.auditWebhook, first.id, organization: tenant.id)
            try await tenant.commit([deletion], in: store)
            try expect(store.auditWebhooks(), is: [webhooks(7, 0)[1]], "the webhooks after a deletion")
            try expect(store.sealedSecrets(of: .auditWebhook, first.id, in: tenant.id) == nil, "its secret is gone")
        },
        StoreExercise("a connection's last use rises, and changes nothing else of it") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let connection = tenant.record()
            try await tenant.create(connection, in: store)
            try expect(store.lastUse(ofConnection: connection.id, in: tenant.id), is: nil, "the first use")
            for (time, last) in [(86_400, 86_400), (5, 86_400), (172_800, 172_800)] as [(Int64, Int64)] {
                let use = LastUse(
                    of: .connection,
                    connection.id,
                    in: tenant.id,
                    at: Timestamp(microseconds: time)
                )
                try await tenant.commit([.noteUse(use)], in: store)
                let expected = Timestamp(microseconds: last)
                try expect(store.lastUse(ofConnection: connection.id, in: tenant.id), is: expected, "the last use")
            }
            try expect(store.lastUse(ofConnection: connection.id, in: other.id), is: nil, "another's connection")
            let stored = try store.stored(.connection, connection.id, in: tenant.id)
            try expect(stored, is: StoredDocument(record: connection, revision: 1), "the connection")
            let update = Mutation.updateDocument(connection, expecting: 1, sealed: nil)
            try await tenant.commit([update], in: store)
            let kept = Timestamp(microseconds: 172_800)
            try expect(store.lastUse(ofConnection: connection.id, in: tenant.id), is: kept, "after an update")
        },
    ]
}
