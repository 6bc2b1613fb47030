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
            try expect(store.organization(ofExternalID: "id"), is: tenant.id, "the organisation")
            for unknown in ["ID", "", "id "] {
                try expect(store.organization(ofExternalID: unknown), is: nil, "the organisation of another id")
            }
        },
        StoreExercise("an external id needs its organisation") { store in
            _ = try await Tenant.create(in: store)
            let change = Change([.issueExternalID("id", organization: Tenant().id)], event: nil)
            try expect(await store.commit(change), is: .missing, "issuing it to nobody")
            try expect(store.organization(ofExternalID: "id"), is: nil, "the organisation")
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
            try expect(store.organization(ofExternalID: "kept"), is: tenant.id, "the organisation")
            let twin = tenant.record("1", kind: .awsAccount)
            let refused: [Mutation] = [
                .issueExternalID("lost", organization: tenant.id), .createDocument(twin, sealed: nil),
            ]
            try expect(await store.commit(Change(refused, event: nil)), is: .duplicate, "creating another")
            try expect(store.organization(ofExternalID: "lost"), is: nil, "the organisation of its id")
        },
    ]
}
