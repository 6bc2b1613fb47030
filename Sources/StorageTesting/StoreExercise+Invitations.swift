import Access
import Documents
import Storage

extension StoreExercise {
    static let invitations = [
        StoreExercise("invitations come back as they were written, until they are deleted") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let invitation = tenant.invitation(of: tenant.user.id, permissions: [.connectionsRead, .userAppKeys])
            try await tenant.commit([.createInvitation(invitation)], in: store)
            try expect(store.invitation(invitation.id, in: tenant.id), is: invitation, "the invitation")
            try expect(store.invitation(invitation.id, in: other.id), is: nil, "for another organisation")
            try expect(store.newestIdentifier(), is: invitation.id, "the newest id")
            let again = Change([.createInvitation(invitation)], event: nil)
            try expect(await store.commit(again), is: .conflict, "creating it again")
            let stray = Change([.createInvitation(tenant.invitation(of: other.user.id))], event: nil)
            try expect(await store.commit(stray), is: .missing, "inviting another's user")
            func delete(in tenant: Tenant) async throws -> CommitOutcome {
                let deletion = Mutation.deleteInvitation(invitation.id, organization: tenant.id)
                return try await store.commit(Change([deletion], event: tenant.event(on: invitation.id)))
            }
            try expect(await delete(in: other), is: .missing, "deleting another's")
            try expect(await delete(in: tenant), is: .committed, "deleting it")
            try expect(await delete(in: tenant), is: .missing, "deleting it again")
            try expect(store.invitation(invitation.id, in: tenant.id), is: nil, "the invitation then")
        },
        StoreExercise("a user's invitations are deleted together") { store in
            let tenant = try await Tenant.create(in: store)
            let second = tenant.newUser()
            try await tenant.commit([.createUser(second)], in: store)
            let invitations = [tenant.user, tenant.user, second].map { tenant.invitation(of: $0.id) }
            try await tenant.commit(invitations.map { .createInvitation($0) }, in: store)
            let deletion = Mutation.deleteInvitations(of: tenant.user.id, organization: tenant.id)
            for _ in 0..<2 {
                try await tenant.commit([deletion], in: store)
                let left = try invitations.compactMap { try store.invitation($0.id, in: tenant.id) }
                try expect(left, is: [invitations[2]], "the invitations left")
            }
            let nobody = Mutation.deleteInvitations(of: Tenant.ids.next(), organization: tenant.id)
            try expect(await store.commit(Change([nobody], event: nil)), is: .missing, "those of nobody")
        },
    ]
}

extension Tenant {
    func invitation(of user: Identifier, permissions: PermissionSet = []) -> UserInvitation {
        UserInvitation(
            id: Self.ids.next(),
            organization: id,
            user: user,
            digest: KeyDigest(words: [1, 2, 3, 4]),
            permissions: permissions,
            createdAt: Timestamp(microseconds: 8)
        )
    }
}
