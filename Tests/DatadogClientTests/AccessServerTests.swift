import DatadogClient
import Foundation
import Testing

@Suite("Against the running server, access and audit", .timeLimit(.minutes(10)))
struct AccessServerTests {
    @Test("restriction policies are read, replaced and removed")
    func policies() async throws {
        let server = try await RunningServer()
        let client = ServerTests.client(server)
        let key = OpenAIAPIKey(apiToken: Secret("sk-marker"))
        let id = try await client.connections.create(
            NewConnection(name: "OpenAI", integration: .openAI(.apiKey(key)))
        ).id
        let policies = client.restrictionPolicies
        #expect(try await policies.get(.connection(id)) == RestrictionPolicy(of: .connection(id), bindings: []))

        let me = "user:\(server.userID)"
        let policy = RestrictionPolicy(
            of: .connection(id),
            bindings: [.init(.editor, [me]), .init(.viewer, ["org:\(server.organizationID)"])]
        )
        #expect(try await policies.update(policy) == policy)
        #expect(try await policies.get(.connection(id)) == policy)

        let lockout = RestrictionPolicy(of: .connection(id), bindings: [.init(.resolver, [me])])
        let refused = await failure { try await policies.update(lockout) }
        guard case .invalid(let problems) = refused?.code else {
            Issue.record("not refused")
            return
        }
        #expect(problems.contains { $0.detail.contains("allow_self_lockout") })
        #expect(try await policies.update(lockout, allowSelfLockout: true) == lockout)

        try await policies.delete(.connection(id))
        #expect(try await policies.get(.connection(id)).bindings.isEmpty)
        let absent = RestrictionPolicy.Resource.connection("00000000-0000-4000-8000-000000000000")
        #expect(await failure { try await policies.get(absent) }?.code == .notFound)
        #expect(await failure { try await policies.delete(absent) }?.code == .notFound)
    }

    @Test("token issuers are named, listed and deleted")
    func tokenIssuers() async throws {
        let server = try await RunningServer()
        let client = ServerTests.client(server)
        let account = try await client.users.createServiceAccount(
            NewServiceAccount(email: "ci@example.com", roleIDs: [])
        )
        let issuers = client.tokenIssuers
        let mapping = TokenIssuer.Mapping(
            serviceAccountID: account.id,
            claims: [.init("sub", "repo:acme/*"), .init("environment", "production")],
            scopes: ["connections_resolve"],
            lifetime: 300
        )
        let new = NewTokenIssuer(issuer: "https://issuer.example", mappings: [mapping])
        let issuer = try await issuers.create(new)
        #expect(issuer.issuer == new.issuer)
        #expect(issuer.audience == "keyway:\(server.organizationID)")
        #expect(issuer.mappings == [mapping])
        #expect(try await issuers.get(issuer.id) == issuer)
        #expect(try await issuers.list().elements == [issuer])
        #expect(await failure { try await issuers.create(new) }?.code == .conflict)
        try await issuers.delete(issuer.id)
        #expect(await failure { try await issuers.get(issuer.id) }?.code == .notFound)
        #expect(await failure { try await issuers.delete(issuer.id) }?.code == .notFound)
    }

    @Test("roles are created, changed, copied and deleted")
    func roles() async throws {
        let server = try await RunningServer()
        let client = ServerTests.client(server)
        let permissions = try await client.roles.permissions()
        let read = try #require(permissions.first { $0.name == "connections_read" })
        let audit = try #require(permissions.first { $0.name == "audit_logs_read" })
        let new = NewRole(
            name: "Auditors",
            permissionIDs: [read.id],
            receivesPermissionsFrom: ["Datadog Read Only Role"]
        )
        let role = try await client.roles.create(new)
        #expect(role.permissionIDs == [read.id])
        #expect(role.receivesPermissionsFrom == new.receivesPermissionsFrom)
        #expect(role.isManaged == false)
        #expect(try await client.roles.get(role.id) == role)
        #expect(await failure { try await client.roles.create(new) }?.code == .conflict)
        let renamed = try await client.roles.update(role.id, with: RoleUpdate(name: "Readers"))
        #expect(renamed.name == "Readers")
        #expect(renamed.permissionIDs == [read.id])
        #expect(try await client.roles.grant(audit.id, to: role.id).map(\.id) == [read.id, audit.id])
        #expect(try await client.roles.revoke(read.id, from: role.id).map(\.id) == [audit.id])
        let copy = try await client.roles.clone(role.id, as: "Copy")
        #expect(try await client.roles.permissions(of: copy.id).map(\.id) == [audit.id])
        try await client.roles.delete(role.id)
        #expect(await failure { try await client.roles.delete(role.id) }?.code == .notFound)
        #expect(try await client.users.current().id == server.userID)
    }

    @Test("users tell their organisation and permissions, and when they were last seen")
    func users() async throws {
        let server = try await RunningServer()
        let client = ServerTests.client(server)
        #expect(try await client.users.organizations(of: server.userID).map(\.id) == [server.organizationID])
        let permissions = try await client.roles.permissions()
        #expect(try await client.users.permissions(of: server.userID) == permissions)
        let changed = try await client.users.updateCurrent(server.userID, with: UserUpdate(name: "Ada"))
        #expect(changed.name == "Ada")
        #expect(changed.lastLoginAt?.date != nil)
        #expect(try await client.users.current().name == "Ada")
        let invitation = try #require(try await client.users.invite([server.userID]).first)
        #expect(invitation.userID == server.userID)
        #expect(invitation.code != nil)
        let found = try await client.users.invitation(invitation.id)
        #expect(found.code == nil)
        #expect(found.expiresAt == invitation.expiresAt)
        try await client.users.deleteInvitations(of: server.userID)
        #expect(await failure { try await client.users.invitation(invitation.id) }?.code == .notFound)
        let other = "00000000-0000-4000-8000-000000000000"
        #expect(await failure { try await client.users.updateCurrent(other, with: UserUpdate()) }?.status == 422)
    }

    @Test("events are found, page after page, and the head is signed")
    func audit() async throws {
        let server = try await RunningServer()
        let client = ServerTests.client(server)
        var ids: [String] = []
        for number in 0..<5 {
            let key = OpenAIAPIKey(apiToken: Secret("sk-marker"))
            let new = NewConnection(name: "OpenAI \(number)", integration: .openAI(.apiKey(key)))
            ids.append(try await client.connections.create(new).id)
        }
        let creations = AuditQuery("@evt.name:connection.create", order: .oldestFirst)
        var found: [AuditEvent] = []
        for try await event in client.audit.events(creations, pageSize: 2) { found.append(event) }
        #expect(found.map(\.assetID) == ids)
        #expect(found.allSatisfy { $0.action == "connection.create" && $0.userID == server.userID })
        #expect(found.allSatisfy { $0.outcome == "success" && $0.timestamp?.date != nil })
        #expect(try found.map { try AuditEvent(json: $0.json) } == found)
        var newest: [String?] = []
        for try await event in client.audit.events(AuditQuery("@evt.name:connection.create")) {
            newest.append(event.assetID)
        }
        #expect(newest == ids.reversed())
        var later: [AuditEvent] = []
        for try await event in client.audit.events(AuditQuery(from: "2099-01-01T00:00:00Z")) { later.append(event) }
        #expect(later.isEmpty)

        let head = try await client.audit.head()
        #expect(head.organizationID == server.organizationID)
        #expect(head.sequence >= 5 && head.signature.count == 128)
        #expect(try AuditHead(json: head.json) == head)

        let malformed = await failure {
            for try await _ in client.audit.events(AuditQuery("@")) { break }
        }
        #expect(malformed?.status == 400)
    }
}
