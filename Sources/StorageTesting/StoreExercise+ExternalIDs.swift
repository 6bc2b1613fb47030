import Storage

extension StoreExercise {
    static let externalIDs = [
        StoreExercise("an external id belongs to the organisation that it was issued to") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let issuing = Mutation.issueExternalID("id", organization: tenant.id)
            for _ in 0..<2 { try await tenant.commit([issuing], in: store) }
            let foreign = Change([.issueExternalID("id", organization: other.id)], event: nil)
            try expect(await store.commit(foreign), is: .conflict, "issuing it to another")
            try expect(store.owner(ofExternalID: "id"), is: .init(organization: tenant.id, isIssued: true), "the owner")
            for unknown in ["ID", "", "id "] {
                try expect(store.owner(ofExternalID: unknown), is: nil, "the owner of another id")
            }
        },
        StoreExercise("an external id needs its organisation") { store in
            _ = try await Tenant.create(in: store)
            let change = Change([.issueExternalID("id", organization: Tenant().id)], event: nil)
            try expect(await store.commit(change), is: .missing, "issuing it to nobody")
            try expect(store.owner(ofExternalID: "id"), is: nil, "the owner")
        },
        StoreExercise("an external id stays reserved when its AWS account is gone, and not when the change fails") {
            store in
            let tenant = try await Tenant.create(in: store)
            let account = tenant.record("1", kind: .awsAccount)
            let creation: [Mutation] = [
                .issueExternalID("kept", organization: tenant.id), .createDocument(account, sealed: nil),
            ]
            let change = Change(creation, event: tenant.event(on: account.id))
            try expect(await store.commit(change), is: .committed, "creating an account with an id")
            let deletion = Mutation.deleteDocument(.awsAccount, account.id, organization: tenant.id)
            try await tenant.commit([deletion, .createDocument(account, sealed: nil)], in: store)
            try expect(
                store.owner(ofExternalID: "kept"),
                is: .init(organization: tenant.id, isIssued: true),
                "the owner"
            )
            let twin = tenant.record("1", kind: .awsAccount)
            let refused: [Mutation] = [
                .issueExternalID("lost", organization: tenant.id), .createDocument(twin, sealed: nil),
            ]
            try expect(await store.commit(Change(refused, event: nil)), is: .duplicate, "creating another")
            try expect(store.owner(ofExternalID: "lost"), is: nil, "the owner of its id")
        },
        StoreExercise("an external id that was brought is the organisation's while one of its accounts has it") {
            store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let accounts = ["1", "2"].map { tenant.record($0, kind: .awsAccount) }
            let foreign = other.record("1", kind: .awsAccount)
            for account in accounts { try await tenant.create(account, in: store) }
            try await other.create(foreign, in: store)
            func bring(_ id: String?, _ account: DocumentRecord, as tenant: Tenant) async throws -> CommitOutcome {
                let bringing = Mutation.bringExternalID(id, account: account.id, organization: tenant.id)
                return try await store.commit(Change([bringing], event: nil))
            }
            for account in accounts {
                try expect(await bring("id", account, as: tenant), is: .committed, "bringing it")
            }
            let owner = ExternalIDOwner(organization: tenant.id, isIssued: false)
            try expect(store.owner(ofExternalID: "id"), is: owner, "the owner")
            try expect(await bring("id", foreign, as: other), is: .conflict, "another organisation's bringing it")
            try expect(await bring("other", accounts[0], as: other), is: .missing, "bringing it to another's account")
            // One account goes, the other takes another id.
            try await tenant.commit([.deleteDocument(.awsAccount, accounts[0].id, organization: tenant.id)], in: store)
            try expect(store.owner(ofExternalID: "id"), is: owner, "the owner after the first is gone")
            try expect(await bring("second", accounts[1], as: tenant), is: .committed, "bringing another")
            try expect(store.owner(ofExternalID: "id"), is: nil, "the owner when no account has it")
            try expect(await bring("id", foreign, as: other), is: .committed, "another organisation's bringing it then")
            try expect(await bring(nil, accounts[1], as: tenant), is: .committed, "bringing none")
            try expect(store.owner(ofExternalID: "second"), is: nil, "the owner of what is brought no more")
        },
        StoreExercise("an external id that was issued can be brought by its organisation alone, and stays issued") {
            store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let (account, foreign) = (tenant.record("1", kind: .awsAccount), other.record("1", kind: .awsAccount))
            try await tenant.create(account, in: store)
            try await other.create(foreign, in: store)
            try await tenant.commit([.issueExternalID("id", organization: tenant.id)], in: store)
            let bringing = Mutation.bringExternalID("id", account: foreign.id, organization: other.id)
            try expect(await store.commit(Change([bringing], event: nil)), is: .conflict, "another's bringing it")
            try await tenant.commit(
                [.bringExternalID("id", account: account.id, organization: tenant.id)],
                in: store
            )
            let owner = ExternalIDOwner(organization: tenant.id, isIssued: true)
            try expect(store.owner(ofExternalID: "id"), is: owner, "the owner")
        },
        StoreExercise("an account and the external id that it brings are created together or not at all") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let (account, foreign) = (tenant.record("1", kind: .awsAccount), other.record("1", kind: .awsAccount))
            let creation = Change(
                [
                    .createDocument(account, sealed: nil),
                    .bringExternalID("id", account: account.id, organization: tenant.id),
                ],
                event: nil
            )
            try expect(await store.commit(creation), is: .committed, "creating the first")
            let refused = Change(
                [
                    .createDocument(foreign, sealed: nil),
                    .bringExternalID("id", account: foreign.id, organization: other.id),
                ],
                event: nil
            )
            try expect(await store.commit(refused), is: .conflict, "creating the other")
            try expect(store.stored(.awsAccount, foreign.id, in: other.id), is: nil, "the other account")
        },
    ]
}
