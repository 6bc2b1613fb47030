import Documents
import Secrets
import Storage

extension StoreExercise {
    static let awsAccounts = [
        StoreExercise("connections may share a name") { store in
            let tenant = try await Tenant.create(in: store)
            for _ in 0..<2 {
                try expect(await tenant.create(tenant.record("same"), in: store), is: .committed, "creating")
            }
        },
        StoreExercise("no two AWS accounts of an organisation share a number") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let record = tenant.record("1", kind: .awsAccount)
            try await tenant.create(record, sealed: .lettered("a"), in: store)
            let twin = tenant.record("1", kind: .awsAccount)
            try expect(await tenant.create(twin, sealed: .lettered("b"), in: store), is: .duplicate, "the same number")
            try expect(store.stored(.awsAccount, twin.id, in: tenant.id), is: nil, "the second account")
            try expect(await tenant.create(record, in: store), is: .conflict, "the same id and number")
            let same = other.record("1", kind: .awsAccount)
            try expect(await other.create(same, in: store), is: .committed, "the number in another organisation")
            let deletion = Mutation.deleteDocument(.awsAccount, record.id, organization: tenant.id)
            try await tenant.commit([deletion], in: store)
            try expect(await tenant.create(twin, in: store), is: .committed, "the number after its account is gone")
        },
        StoreExercise("an AWS account does not take another's number by an update") { store in
            let tenant = try await Tenant.create(in: store)
            let records = ["1", "2"].map { tenant.record($0, kind: .awsAccount) }
            for record in records { try await tenant.create(record, sealed: .lettered("a"), in: store) }
            let taking = tenant.record("1", kind: .awsAccount, id: records[1].id)
            let cases: [(Mutation, CommitOutcome)] = [
                (.updateDocument(taking, expecting: 1, sealed: .lettered("b")), .duplicate),
                (.updateDocument(taking, expecting: 2, sealed: .lettered("b")), .conflict),
                (.updateDocument(tenant.record("1", kind: .awsAccount), expecting: 1, sealed: nil), .missing),
            ]
            for (mutation, outcome) in cases {
                try expect(await store.commit(Change([mutation], event: nil)), is: outcome, "\(mutation)")
            }
            let stored = try store.stored(.awsAccount, records[1].id, in: tenant.id)
            try expect(stored, is: StoredDocument(record: records[1], revision: 1), "the account")
            let sealed = try store.sealedSecrets(of: .awsAccount, records[1].id, in: tenant.id)?.sealed
            try expect(sealed, is: .lettered("a"), "its secrets")
            try await tenant.commit([.updateDocument(records[1], expecting: 1, sealed: nil)], in: store)
        },
        StoreExercise("a CCM configuration has the id of its AWS account, and goes with it") { store in
            let tenant = try await Tenant.create(in: store)
            let account = tenant.record(kind: .awsAccount)
            let config = tenant.record(kind: .ccmConfig, id: account.id)
            try expect(await tenant.create(config, in: store), is: .missing, "creating it without its account")
            try await tenant.create(account, sealed: .lettered("a"), in: store)
            for id in [Tenant.ids.next(), Identifier(high: account.id.high, low: 7)] {
                let stray = tenant.record(kind: .ccmConfig, id: id)
                try expect(await tenant.create(stray, in: store), is: .missing, "creating it with another id")
            }
            try expect(await tenant.create(config, in: store), is: .committed, "creating it")
            try expect(await tenant.create(config, in: store), is: .conflict, "creating it again")
            try expect(
                store.stored(.ccmConfig, config.id, in: tenant.id),
                is: StoredDocument(record: config, revision: 1),
                "the configuration"
            )
            try expect(store.document(.ccmConfig, config.id, in: tenant.id), is: config.document, "its document")
            let deletion = Mutation.deleteDocument(.awsAccount, account.id, organization: tenant.id)
            try await tenant.commit([deletion], in: store)
            try expect(store.stored(.ccmConfig, config.id, in: tenant.id), is: nil, "the configuration")
            let total = try store.documents(.ccmConfig, in: tenant.id, matching: .init(), page: nil).total
            try expect(total, is: 0, "the configurations")
        },
        StoreExercise("a CCM configuration leaves its AWS account and the account's secrets alone") { store in
            let tenant = try await Tenant.create(in: store)
            let account = tenant.record(kind: .awsAccount)
            try await tenant.create(account, sealed: .lettered("a"), in: store)
            let config = tenant.record("1", kind: .ccmConfig, id: account.id)
            let changed = tenant.record("2", kind: .ccmConfig, id: account.id)
            try expect(await tenant.create(config, sealed: .lettered("b"), in: store), is: .conflict, "with secrets")
            try await tenant.create(config, in: store)
            let withSecrets = Mutation.updateDocument(changed, expecting: 1, sealed: .lettered("b"))
            try expect(await store.commit(Change([withSecrets], event: nil)), is: .conflict, "updating with secrets")
            let rewrapping = Mutation.rewrapSecrets(config.sealed(.lettered("b")))
            try expect(await store.commit(Change([rewrapping], event: nil)), is: .missing, "rewrapping")
            let mutations: [Mutation] = [
                .updateDocument(changed, expecting: 1, sealed: nil),
                .deleteDocument(.ccmConfig, config.id, organization: tenant.id),
            ]
            for mutation in mutations {
                try await tenant.commit([mutation], in: store)
                let secrets = try store.sealedSecrets(of: .awsAccount, account.id, in: tenant.id)
                try expect(secrets?.revision, is: 1, "the account's revision")
                try expect(secrets?.sealed, is: .lettered("a"), "the account's secrets")
            }
            try expect(store.document(.ccmConfig, config.id, in: tenant.id), is: nil, "the configuration")
        },
        StoreExercise("an AWS account is created with its CCM configuration in one change") { store in
            let tenant = try await Tenant.create(in: store)
            let account = tenant.record(kind: .awsAccount)
            let config = tenant.record(kind: .ccmConfig, id: account.id)
            let mutations: [Mutation] = [
                .createDocument(account, sealed: nil), .createDocument(config, sealed: nil),
            ]
            let reversed = Change(mutations.reversed(), event: tenant.event(on: account.id))
            try expect(await store.commit(reversed), is: .missing, "the configuration first")
            try expect(store.document(.awsAccount, account.id, in: tenant.id), is: nil, "the account")
            let change = Change(mutations, event: tenant.event(on: account.id))
            try expect(await store.commit(change), is: .committed, "the account first")
        },
    ]
}
