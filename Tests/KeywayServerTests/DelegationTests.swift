import Access
import Documents
import HTTPServer
import KeywayServer
import Testing

/// An attempt to hand something out.
struct Attempt: Sendable, CustomTestStringConvertible {
    let what: String
    let roles: [Role]
    let scopes: [String]?
    /// The permission that the attempt would hand out and the caller lacks; `nil` if the caller may.
    let missing: String?

    init(_ what: String, as roles: [Role] = [.admin], scopes: [String]?, lacks missing: String?) {
        self.what = what
        self.roles = roles
        self.scopes = scopes
        self.missing = missing
    }

    var testDescription: String { "\(what), with \(scopes?.joined(separator: ", ") ?? "all of the role")" }
}

@Suite("Nobody hands out more than they have")
struct DelegationTests {
    @Test(
        "with a key of their own",
        arguments: [
            Attempt("null", scopes: nil, lacks: nil),
            Attempt("[]", scopes: nil, lacks: nil),
            Attempt(#"["connections_read","unknown"]"#, scopes: nil, lacks: nil),
            Attempt(#"["api_keys_write"]"#, as: [.readOnly], scopes: nil, lacks: nil),
            Attempt(#"["user_app_keys"]"#, scopes: ["user_app_keys"], lacks: nil),
            Attempt(#"["unknown"]"#, scopes: ["user_app_keys"], lacks: nil),
            Attempt("null", scopes: ["user_app_keys", "connections_read"], lacks: "connections_write"),
            Attempt("[]", scopes: ["user_app_keys"], lacks: "connections_read"),
            Attempt(#"["connection_write"]"#, scopes: ["user_app_keys"], lacks: "connections_write"),
            Attempt(#"["user_app_keys","api_keys_read"]"#, scopes: ["user_app_keys"], lacks: "api_keys_read"),
        ]
    )
    func ownKey(_ attempt: Attempt) async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member(attempt.roles, scopes: attempt.scopes)
        let path = "/api/v2/current_user/application_keys"
        let body = AccessBodies.applicationKey(scopes: attempt.what)
        let created = try await fixture.send(.post, path, as: keys, body: body)
        let edited = try await fixture.send(.patch, "\(path)/\(keys.applicationKey)", as: keys, body: body)
        for (answer, status) in [(created, 201), (edited, 200)] {
            if let missing = attempt.missing {
                expectStrings(in: answer, status: 403, containing: missing)
            } else {
                #expect(answer.status == status, "\(answer.text)")
            }
        }
    }

    @Test("and may rename a key that has more", arguments: [#""name":"New""#, #""name":"New","scopes":null"#])
    func rename(_ attributes: String) async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.admin], scopes: ["org_app_keys_write"])
        let path = "/api/v2/application_keys/\(fixture.admin.applicationKey)"
        let body = AccessBodies.key("application_keys", attributes)
        #expect(try await fixture.send(.patch, path, as: keys, body: body).status == 200)
    }

    @Test("with new scopes for somebody's key")
    func othersKey() async throws {
        let fixture = try await Fixture()
        let victim = try await fixture.member([.admin], scopes: ["connections_read"])
        let keys = try await fixture.member([.admin], scopes: ["org_app_keys_write", "connections_read"])
        let path = "/api/v2/application_keys/\(victim.applicationKey)"
        func patch(_ scopes: String) async throws -> Answer {
            try await fixture.send(.patch, path, as: keys, body: AccessBodies.applicationKey(scopes: scopes))
        }
        expectStrings(in: try await patch("null"), status: 403, containing: "user_access_manage")
        expectStrings(in: try await patch(#"["api_keys_read"]"#), status: 403, containing: "api_keys_read")
        #expect(try await patch(#"["org_app_keys_write"]"#).status == 200)
    }

    @Test(
        "with a service account's key",
        arguments: [
            Attempt("null", scopes: ["service_account_write"], lacks: "connections_write"),
            Attempt(#"["connections_read"]"#, scopes: ["service_account_write"], lacks: "connections_read"),
            Attempt(#"["connections_read"]"#, scopes: ["service_account_write", "connections_read"], lacks: nil),
            // The account has no such permission, so its key has none either.
            Attempt(#"["api_keys_write"]"#, scopes: ["service_account_write"], lacks: nil),
            Attempt("null", scopes: nil, lacks: nil),
        ]
    )
    func serviceAccountKey(_ attempt: Attempt) async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.standard], scopes: ["none"], isServiceAccount: true)
        let keys = try await fixture.member([.admin], scopes: attempt.scopes)
        let path = "/api/v2/service_accounts/\(account.user)/application_keys"
        let body = AccessBodies.applicationKey(scopes: attempt.what)
        let created = try await fixture.send(.post, path, as: keys, body: body)
        let edited = try await fixture.send(.patch, "\(path)/\(account.applicationKey)", as: keys, body: body)
        for (answer, status) in [(created, 201), (edited, 200)] {
            if let missing = attempt.missing {
                expectStrings(in: answer, status: 403, containing: missing)
            } else {
                #expect(answer.status == status, "\(answer.text)")
            }
        }
    }

    @Test("with a role, in any of the ways to give one")
    func roles() async throws {
        let fixture = try await Fixture()
        let person = try await fixture.member([])
        let scopes = ["user_access_manage", "user_access_invite", "service_account_write"]
        let some = try await fixture.member([.admin], scopes: scopes)
        let all = try await fixture.member([.admin])
        let requests: [(target: String, body: String)] = [
            ("/api/v2/roles/\(Role.readOnly.id)/users", AccessBodies.reference(person.user)),
            ("/api/v2/users", AccessBodies.user(roles: [.readOnly])),
            ("/api/v2/service_accounts", AccessBodies.user(roles: [.readOnly], isServiceAccount: true)),
        ]
        for (target, body) in requests {
            let answer = try await fixture.send(.post, target, as: some, body: body)
            expectStrings(in: answer, status: 403, containing: "connections_read")
            #expect(try await fixture.send(.post, target, as: all, body: body).status < 300)
        }
    }

    @Test("and who may only invite gives no role at all")
    func inviting() async throws {
        let fixture = try await Fixture()
        let scopes = Permission.allCases.map(\.rawValue).filter { $0 != "user_access_manage" }
        let keys = try await fixture.member([.admin], scopes: scopes)
        let refused = try await fixture.send(
            .post,
            "/api/v2/users",
            as: keys,
            body: AccessBodies.user(roles: [.readOnly])
        )
        expectStrings(in: refused, status: 403, containing: "user_access_manage")
        #expect(try await fixture.send(.post, "/api/v2/users", as: keys, body: AccessBodies.user()).status == 201)
    }

    @Test("by enabling a user who has more")
    func enabling() async throws {
        let fixture = try await Fixture()
        let sleeper = try await fixture.member([.admin], isDisabled: true)
        let keys = try await fixture.member([.admin], scopes: ["user_access_manage"])
        let path = "/api/v2/users/\(sleeper.user)"
        let body = AccessBodies.userUpdate(#""disabled":false"#)
        expectStrings(
            in: try await fixture.send(.patch, path, as: keys, body: body),
            status: 403,
            containing: "connections_read"
        )
        #expect(try await fixture.send(.get, "/api/v2/current_user", as: sleeper).status == 403)
        #expect(try await fixture.send(.patch, path, body: body).status == 200)
        #expect(try await fixture.send(.get, "/api/v2/current_user", as: sleeper).status == 200)
    }
}
