import ActService
import Access
import Documents
import HTTPServer
import KeywayServer
import SQLiteStorage
import Storage
import Testing

@Suite("An invitation")
struct InvitationTests {
    private let path = "/api/v2/user_invitations"

    /// Invites a user, and returns the invitation's id and code.
    private func invite(_ user: Identifier, _ fixture: Fixture, as keys: Keys? = nil) async throws -> (String, String) {
        let answer = try await fixture.send(
            .post,
            path,
            as: keys ?? fixture.admin,
            body: AccessBodies.invitation(of: user)
        )
        try #require(answer.status == 201, "\(answer.text)")
        return (
            try #require(answer["/data/0/id"]?.text?.string),
            try #require(answer["/data/0/attributes/code"]?.text?.string)
        )
    }

    private func accept(_ id: String, _ code: String, _ fixture: Fixture, by api: String? = nil) async throws -> Answer
    {
        try await fixture.send(
            .post,
            "\(path)/\(id)/accept",
            body: AccessBodies.acceptance(code),
            headers: [("DD-API-KEY", api ?? fixture.admin.api)]
        )
    }

    @Test("is answered with a code that no later answer shows, and that opens one key, once")
    func life() async throws {
        let fixture = try await Fixture()
        let user = try await fixture.member([.readOnly])
        let (id, code) = try await invite(user.user, fixture)
        let found = try await fixture.send(.get, "\(path)/\(id)", as: fixture.admin)
        #expect(
            found["/data/attributes"]?.names == ["uuid", "login_method", "invite_type", "created_at", "expires_at"]
        )
        #expect(found["/data/relationships/user/data/id"]?.text?.string == user.user.description)
        let accepted = try await accept(id, code, fixture)
        #expect(accepted.status == 201, "\(accepted.text)")
        var keys = fixture.admin
        keys.application = try #require(accepted["/data/attributes/key"]?.text?.string)
        let current = try await fixture.send(.get, "/api/v2/current_user", as: keys)
        #expect(current.id == user.user.description)
        expectStrings(in: try await accept(id, code, fixture), status: 404)
        expectStrings(in: try await fixture.send(.get, "\(path)/\(id)", as: fixture.admin), status: 404)
        let told = try fixture.events().map(\.compact).joined() + fixture.logLines().joined()
        #expect(!told.contains(code))
        #expect(!told.contains(keys.application))
    }

    @Test("is nobody's who has another code, another organisation's key, or an older invitation")
    func refused() async throws {
        let fixture = try await Fixture()
        let user = try await fixture.member([.readOnly])
        let (first, firstCode) = try await invite(user.user, fixture)
        let (second, code) = try await invite(user.user, fixture)
        expectStrings(in: try await accept(first, firstCode, fixture), status: 404)
        expectStrings(in: try await accept(second, firstCode, fixture), status: 404)
        expectStrings(in: try await accept(second, code, fixture, by: try await fixture.stranger().api), status: 404)
        expectStrings(in: try await accept(second, code, fixture, by: KeyText.apiKey()), status: 403)
        expectStrings(in: try await accept("malformed", code, fixture), status: 404)
        _ = try await fixture.send(.delete, "/api/v2/users/\(user.user)", as: fixture.admin)
        expectStrings(in: try await accept(second, code, fixture), status: 404)
        _ = try await fixture.send(
            .patch,
            "/api/v2/users/\(user.user)",
            body: AccessBodies.userUpdate(#""disabled":false"#)
        )
        _ = try await fixture.send(.delete, "/api/v2/users/\(user.user)/invitations", as: fixture.admin)
        expectStrings(in: try await accept(second, code, fixture), status: 404)
    }

    @Test("expires after two days")
    func expires() async throws {
        let fixture = try await Fixture()
        let user = try await fixture.member([.readOnly])
        let code = KeyText.applicationKey()
        for (age, status) in [(86_400, 201), (172_801, 404)] as [(Int64, Int)] {
            let invitation = UserInvitation(
                id: Fixture.ids.next(),
                organization: fixture.organization,
                user: user.user,
                digest: KeyDigest(of: code),
                permissions: .all,
                createdAt: Timestamp(microseconds: Timestamp.now.microseconds - age * 1_000_000)
            )
            let change = Change([.createInvitation(invitation)], event: nil)
            #expect(try await fixture.sqlite.commit(change) == .committed)
            let target = "\(path)/\(invitation.id)"
            let found = try await fixture.send(.get, target, as: fixture.admin)
            #expect(found.status == (status == 201 ? 200 : 404))
            #expect(try await accept(invitation.id.description, code, fixture).status == status)
        }
    }

    @Test("hands out no more than who invites has, be it then or later")
    func delegation() async throws {
        let fixture = try await Fixture()
        let admin = try await fixture.member([.admin])
        let reader = try await fixture.member([.readOnly])
        let some = try await fixture.member(
            [.admin],
            scopes: ["user_access_invite", "connections_read", "aws_configuration_read", "user_app_keys"]
        )
        let refused = try await fixture.send(
            .post,
            path,
            as: some,
            body: AccessBodies.invitation(of: reader.user, admin.user)
        )
        expectStrings(in: refused, status: 403, containing: "connections_write")
        #expect(try fixture.events().isEmpty)
        let (id, code) = try await invite(reader.user, fixture, as: some)
        // The user becomes more than the inviter was entitled to hand out.
        let roles = "/api/v2/roles/\(Role.standard.id)/users"
        _ = try await fixture.send(.post, roles, body: AccessBodies.reference(reader.user))
        expectStrings(in: try await accept(id, code, fixture), status: 403, containing: "invite them again")
        _ = try await fixture.send(.delete, roles, body: AccessBodies.reference(reader.user))
        #expect(try await accept(id, code, fixture).status == 201)
    }

    @Test(
        "is told every fault of what was sent, with its place",
        arguments: [
            (#"{"data":[]}"#, "/data must"), (#"{"data":{}}"#, "/data must"),
            (#"{"data":[{"type":"users"}]}"#, "/data/0/type"),
            (#"{"data":[{"type":"user_invitations"}]}"#, "/data/0/relationships/user/data"),
            (AccessBodies.invitation(of: Identifier(high: 1, low: 1)), "/data/0/relationships/user/data/id"),
        ]
    )
    func faults(_ body: String, _ place: String) async throws {
        let fixture = try await Fixture()
        expectStrings(in: try await fixture.send(.post, path, body: body), status: 400, containing: place)
    }
}
