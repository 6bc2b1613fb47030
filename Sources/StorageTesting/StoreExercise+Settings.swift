import Access
import Documents
import Secrets
import Storage

extension StoreExercise {
    static let settings = [
        StoreExercise("settings have the id of their connection, and go with it") { store in
            let tenant = try await Tenant.create(in: store)
            let connection = tenant.record()
            let settings = tenant.settings(of: connection)
            try expect(await tenant.create(settings, in: store), is: .missing, "creating them without it")
            try await tenant.create(connection, sealed: .lettered("a"), in: store)
            let stray = tenant.record(kind: .connectionSettings, id: Tenant.ids.next())
            try expect(await tenant.create(stray, in: store), is: .missing, "creating them with another id")
            let account = tenant.record(kind: .awsAccount)
            try await tenant.create(account, in: store)
            let ofAccount = tenant.settings(of: account)
            try expect(await tenant.create(ofAccount, in: store), is: .missing, "creating those of an AWS account")
            try expect(await tenant.create(settings, in: store), is: .committed, "creating them")
            try expect(await tenant.create(settings, in: store), is: .conflict, "creating them again")
            let stored = StoredDocument(record: settings, revision: 1)
            try expect(store.stored(.connectionSettings, connection.id, in: tenant.id), is: stored, "the settings")
            let deletion = Mutation.deleteDocument(.connection, connection.id, organization: tenant.id)
            try await tenant.commit([deletion], in: store)
            try expect(store.document(.connectionSettings, connection.id, in: tenant.id), is: nil, "the settings")
        },
        StoreExercise("settings have no secrets, and leave those of their connection alone") { store in
            let tenant = try await Tenant.create(in: store)
            let connection = tenant.record()
            try await tenant.create(connection, sealed: .lettered("a"), in: store)
            let settings = tenant.settings(of: connection)
            let withSecrets = try await tenant.create(settings, sealed: .lettered("b"), in: store)
            try expect(withSecrets, is: .conflict, "creating them with secrets")
            let mutations: [Mutation] = [
                .createDocument(settings, sealed: nil),
                .updateDocument(tenant.settings(of: connection, "2"), expecting: 1, sealed: nil),
                .deleteDocument(.connectionSettings, connection.id, organization: tenant.id),
            ]
            for mutation in mutations {
                try await tenant.commit([mutation], in: store)
                let secrets = try store.sealedSecrets(of: .connection, connection.id, in: tenant.id)
                try expect(secrets?.revision, is: 1, "the connection's revision")
                try expect(secrets?.sealed, is: .lettered("a"), "its secrets")
            }
        },
        StoreExercise("settings are replaced together with the resealed secrets of their connection") { store in
            let tenant = try await Tenant.create(in: store)
            let connection = tenant.record()
            try await tenant.create(connection, sealed: .lettered("a"), in: store)
            let (first, second) = (tenant.settings(of: connection, "1"), tenant.settings(of: connection, "2"))
            func reseal(_ letter: Character, expecting revision: Int64) -> Mutation {
                .updateDocument(connection, expecting: revision, sealed: .lettered(letter))
            }
            // Each line from what is stored after those before it; a refused one changes nothing.
            let steps: [(mutations: [Mutation], outcome: CommitOutcome, state: (Character, Int64, DocumentRecord?))] = [
                ([reseal("b", expecting: 2), .createDocument(first, sealed: nil)], .conflict, ("a", 1, nil)),
                ([reseal("b", expecting: 1), .createDocument(first, sealed: nil)], .committed, ("b", 2, first)),
                ([reseal("c", expecting: 2), .createDocument(second, sealed: nil)], .conflict, ("b", 2, first)),
                (
                    [reseal("c", expecting: 2), .updateDocument(second, expecting: 2, sealed: nil)],
                    .conflict, ("b", 2, first)
                ),
                (
                    [.updateDocument(second, expecting: 1, sealed: nil), reseal("c", expecting: 1)],
                    .conflict, ("b", 2, first)
                ),
                (
                    [reseal("c", expecting: 2), .updateDocument(second, expecting: 1, sealed: nil)],
                    .committed, ("c", 3, second)
                ),
            ]
            for (mutations, outcome, (letter, revision, settings)) in steps {
                let change = Change(mutations, event: tenant.event("connection_settings.update", on: connection.id))
                try expect(await store.commit(change), is: outcome, "\(mutations)")
                let state = try required(store.actingState(of: connection.id, in: tenant.id), "the state")
                try expect(state.sealed, is: .lettered(letter), "the secrets")
                try expect(state.revision, is: revision, "the revision")
                try expect(state.settings?.document, is: settings?.document, "the settings")
            }
        },
        StoreExercise("the state for an act is the connection with all that belongs to it") { store in
            let tenant = try await Tenant.create(in: store)
            let connection = tenant.record()
            try await tenant.create(connection, in: store)
            func expectState(
                _ revision: Int64,
                _ sealed: SealedSecrets?,
                _ settings: (document: DocumentRecord, revision: Int64)?,
                _ policy: RestrictionPolicy?
            ) throws {
                let expected = ActingState(
                    document: connection.document,
                    revision: revision,
                    sealed: sealed,
                    settings: settings.map { .init(document: $0.document.document, revision: $0.revision) },
                    policy: policy
                )
                try expect(store.actingState(of: connection.id, in: tenant.id), is: expected, "the state")
            }
            try expectState(1, nil, nil, nil)
            try await tenant.commit([.updateDocument(connection, expecting: 1, sealed: .lettered("a"))], in: store)
            try expectState(2, .lettered("a"), nil, nil)
            let settings = [tenant.settings(of: connection, "1"), tenant.settings(of: connection, "2")]
            try await tenant.create(settings[0], in: store)
            try expectState(2, .lettered("a"), (settings[0], 1), nil)
            try await tenant.commit([.updateDocument(settings[1], expecting: 1, sealed: nil)], in: store)
            try expectState(2, .lettered("a"), (settings[1], 2), nil)
            try await tenant.commit([tenant.restrict(connection, to: tenant.everyRelation, expecting: 2)], in: store)
            try expectState(3, .lettered("a"), (settings[1], 2), tenant.everyRelation)
        },
        StoreExercise("the state for an act is of one connection of one organisation") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let connection = tenant.record()
            let account = tenant.record(kind: .awsAccount)
            for record in [connection, account] { try await tenant.create(record, sealed: .lettered("a"), in: store) }
            let twin = Identifier(high: connection.id.high, low: connection.id.low ^ 1)
            for (id, organization) in [
                (twin, tenant.id), (account.id, tenant.id), (connection.id, other.id),
                (connection.id, Tenant.ids.next()),
            ] {
                try expect(store.actingState(of: id, in: organization), is: nil, "the state")
            }
        },
        StoreExercise("the state for an act is never of two moments") { store in
            let tenant = try await Tenant.create(in: store)
            let connection = tenant.record(document: "1")
            try await tenant.create(connection, sealed: .numbered(1), in: store)
            try await tenant.create(tenant.settings(of: connection, "1"), in: store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for revision in Int64(1)..<60 {
                        let record = tenant.record(id: connection.id, document: "\(revision + 1)")
                        let settings = tenant.settings(of: connection, "\(revision + 1)")
                        let change = Change(
                            [
                                .updateDocument(record, expecting: revision, sealed: .numbered(revision + 1)),
                                .updateDocument(settings, expecting: revision, sealed: nil),
                            ],
                            event: nil
                        )
                        try expect(await store.commit(change), is: .committed, "update \(revision)")
                    }
                }
                group.addTask {
                    for _ in 0..<300 {
                        let state = try required(store.actingState(of: connection.id, in: tenant.id), "the state")
                        let number = [UInt8]("\(state.revision)".utf8)
                        try expect(state.document, is: number, "the document")
                        try expect(state.sealed, is: .numbered(state.revision), "the secrets")
                        try expect(state.settings?.document, is: number, "the settings")
                        try expect(state.settings?.revision, is: state.revision, "their revision")
                        await Task.yield()
                    }
                }
                try await group.waitForAll()
            }
        },
    ]
}

extension Tenant {
    /// Settings of a connection that are not stored yet.
    fileprivate func settings(of connection: DocumentRecord, _ document: String = "settings") -> DocumentRecord {
        record("", kind: .connectionSettings, id: connection.id, category: "", document: document)
    }
}

extension SealedSecrets {
    fileprivate static func numbered(_ number: Int64) -> SealedSecrets {
        SealedSecrets(masterKeyID: "k1", bytes: [UInt8]("\(number)".utf8))
    }
}
