import Access
import Documents
import HTTPServer
import KeywayServer
import Testing

@Suite("A user")
struct UserManagementTests {
    @Test("stands in answers as in the reference's, with their organisation and roles beside them")
    func shape() async throws {
        let fixture = try await Fixture()
        let body = AccessBodies.user(email: "Jane@Example.com", roles: [.readOnly])
        let created = try await fixture.send(.post, "/api/v2/users", body: body)
        #expect(created.status == 201)
        let attributes = try #require(created["/data/attributes"])
        #expect(
            attributes.names == [
                "uuid", "name", "handle", "created_at", "modified_at", "email", "icon", "title", "verified",
                "service_account", "disabled", "allowed_login_methods", "status", "mfa_enabled", "last_login_time",
            ]
        )
        #expect(attributes["email"]?.text == "jane@example.com")
        #expect(attributes["handle"]?.text == "jane@example.com")
        #expect(attributes["status"]?.text == "Active")
        #expect(attributes["name"] == .null)
        #expect(attributes["uuid"]?.text?.string == created.id)
        #expect(attributes["last_login_time"] == .null)
        let role = Role.readOnly.id.description
        #expect(created["/data/relationships/roles/data"]?.compact == #"[{"type":"roles","id":"\#(role)"}]"#)
        #expect(
            created["/included"]?.elements.map { $0["type"]?.text?.string } == [
                "orgs", "roles", "permissions", "permissions", "permissions",
            ]
        )
        #expect(created["/included/0/id"]?.text?.string == fixture.organization.description)
        #expect(created["/included/1/attributes/name"]?.text == "Datadog Read Only Role")
        #expect(try await fixture.send(.get, "/api/v2/users/\(created.id)", as: fixture.admin).body == created.body)
        let current = try await fixture.send(.get, "/api/v2/current_user", as: fixture.admin)
        #expect(current.id == fixture.admin.user.description)
    }

    @Test("tells their permissions, which are those of all their roles")
    func permissions() async throws {
        let fixture = try await Fixture()
        let own = Role(try await fixture.ownRole([.auditLogsRead]))
        for (roles, expected) in [
            ([], []), ([.readOnly, own], [.connectionsRead, .awsConfigurationRead, .userAppKeys, .auditLogsRead]),
            ([.admin], .all),
        ] as [([Role], PermissionSet)] {
            let keys = try await fixture.member(roles, scopes: ["connections_read"])
            let answer = try await fixture.send(.get, "/api/v2/users/\(keys.user)/permissions", as: fixture.admin)
            let names = answer["/data"]?.elements.compactMap { $0["attributes"]?["name"]?.text?.string }
            #expect(names == expected.members.map(\.rawValue))
        }
    }

    @Test("changes what is known of them, and nobody else, by any key that may make keys of theirs")
    func current() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly])
        let path = "/api/v2/current_user"
        func patch(_ attributes: String, as keys: Keys) async throws -> Answer {
            try await fixture.send(.patch, path, as: keys, body: AccessBodies.userUpdate(attributes))
        }
        let changed = try await patch(#""name":"Jane","email":"Jane@Example.com""#, as: keys)
        #expect(changed.id == keys.user.description)
        #expect(changed["/data/attributes/name"]?.text == "Jane")
        #expect(changed["/data/attributes/email"]?.text == "jane@example.com")
        let scoped = try await fixture.member([.admin], scopes: ["connections_read"])
        #expect(try await patch(#""name":"a""#, as: scoped).status == 403)
        #expect(try await patch(#""disabled":true"#, as: keys).status == 200)
        #expect(try await fixture.send(.get, path, as: keys).status == 403)
    }

    @Test("without roles has none, and may do nothing but look")
    func noRoles() async throws {
        let fixture = try await Fixture()
        let created = try await fixture.send(.post, "/api/v2/users", body: AccessBodies.user())
        #expect(created["/data/relationships/roles/data"]?.elements.isEmpty == true)
    }

    @Test("is told every fault of what was sent, with its place")
    func faults() async throws {
        let fixture = try await Fixture()
        let body = #"""
            {"data":{"type":"user","attributes":{"email":"confidential","nickname":"j"},"relationships":{"roles":{"data":[
            {"id":"00000000-0000-a000-0000-00000000000f","type":"roles"},{"id":"x","type":"role"},7]},"teams":{}}}}
            """#
        let answer = try await fixture.send(.post, "/api/v2/users", body: body)
        expectStrings(in: answer, status: 400)
        let places = answer["/errors"]?.elements.compactMap {
            $0.text?.string.split(separator: " ").first.map(String.init)
        }
        #expect(
            places == [
                "/data/type", "/data/attributes/nickname", "/data/attributes/email", "/data/relationships",
                "/data/relationships/roles/data/0/id", "/data/relationships/roles/data/1/type",
                "/data/relationships/roles/data/1/id", "/data/relationships/roles/data/2",
            ]
        )
        #expect(!answer.text.contains("confidential"))
    }

    @Test("keeps what an update does not send, and gives up what it sets to null")
    func update() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.send(.post, "/api/v2/users", body: AccessBodies.user()).id
        func patch(_ attributes: String) async throws -> String? {
            let answer = try await fixture.send(
                .patch,
                "/api/v2/users/\(id)",
                body: AccessBodies.userUpdate(attributes, id: id)
            )
            let names = ["name", "title", "email", "handle", "status"]
            return names.map { answer["/data/attributes/\($0)"]?.text?.string ?? "-" }.joined(separator: " ")
        }
        #expect(try await patch(#""name":"Jane""#) == "Jane - jane@example.com jane@example.com Active")
        #expect(try await patch(#""title":"Dr""#) == "Jane Dr jane@example.com jane@example.com Active")
        #expect(
            try await patch(#""title":null,"disabled":true"#) == "Jane - jane@example.com jane@example.com Disabled"
        )
        #expect(try await patch(#""email":"j@b.de""#) == "Jane - j@b.de j@b.de Disabled")
        #expect(try fixture.events().count { $0["action"]?.text == "user.update" } == 4)
        // To ask for what is already so changes nothing.
        _ = try await patch(#""name":"Jane""#)
        #expect(try fixture.events().count { $0["action"]?.text == "user.update" } == 4)
    }

    @Test("who is disabled or loses a role loses what they could do at once", arguments: ["disable", "edit", "role"])
    func atOnce(_ way: String) async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly])
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
        let path = "/api/v2/users/\(keys.user)"
        switch way {
        case "disable":
            #expect(try await fixture.send(.delete, path, as: fixture.admin).status == 204)
            // Once more changes nothing.
            #expect(try await fixture.send(.delete, path, as: fixture.admin).status == 204)
        case "edit":
            let body = AccessBodies.userUpdate(#""disabled":true"#)
            #expect(try await fixture.send(.patch, path, body: body).status == 200)
        default:
            let target = "/api/v2/roles/\(Role.readOnly.id)/users"
            #expect(try await fixture.send(.delete, target, body: AccessBodies.reference(keys.user)).status == 200)
        }
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
        #expect(try fixture.events().count == 1)
    }

    @Test("who is the last admin stays one", arguments: ["disable", "edit", "role"])
    func lastAdmin(_ way: String) async throws {
        let fixture = try await Fixture()
        _ = try await fixture.member([.admin], isDisabled: true)
        _ = try await fixture.stranger()
        func remove(_ user: Identifier) async throws -> Answer {
            switch way {
            case "disable": try await fixture.send(.delete, "/api/v2/users/\(user)", as: fixture.admin)
            case "edit":
                try await fixture.send(
                    .patch,
                    "/api/v2/users/\(user)",
                    body: AccessBodies.userUpdate(#""disabled":true"#)
                )
            default:
                try await fixture.send(
                    .delete,
                    "/api/v2/roles/\(Role.admin.id)/users",
                    body: AccessBodies.reference(user)
                )
            }
        }
        expectStrings(in: try await remove(fixture.admin.user), status: 400, containing: "last")
        #expect(try await fixture.send(.get, Paths.connections, as: fixture.admin).status == 200)
        #expect(try fixture.events().isEmpty)
        // With a second one, the first may go.
        _ = try await fixture.member([.admin])
        #expect(try await remove(fixture.admin.user).status < 300)
    }

    @Test("keeps the changes of two who edit at once")
    func concurrency() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly, .standard])
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<10 {
                group.addTask {
                    try await fixture.send(
                        .patch,
                        "/api/v2/users/\(keys.user)",
                        body: AccessBodies.userUpdate(#""name":"\#(number)""#)
                    ).status
                }
            }
            group.addTask {
                try await fixture.send(
                    .delete,
                    "/api/v2/roles/\(Role.standard.id)/users",
                    body: AccessBodies.reference(keys.user)
                ).status
            }
            for try await status in group { #expect(status == 200) }
        }
        let user = try await fixture.send(.get, "/api/v2/users/\(keys.user)", as: fixture.admin)
        #expect(user["/data/relationships/roles/data"]?.elements.count == 1)
    }

    @Test(
        "is found by what a list asks for",
        arguments: [
            ("", 4, 4), ("filter=EXAMPLE", 2, 2), ("filter=example&page[size]=1", 1, 2),
            ("filter[status]=Disabled", 1, 1), ("filter[status]=Active", 3, 3),
            ("filter[status]=Pending", 0, 0), ("filter[status]=Active,Disabled", 4, 4),
        ]
    )
    func lists(_ query: String, _ count: Int, _ filtered: Int64) async throws {
        let fixture = try await Fixture()
        _ = try await fixture.stranger()
        _ = try await fixture.member([.readOnly], isDisabled: true)
        for email in ["a@example.com", "b@example.com"] {
            _ = try await fixture.send(.post, "/api/v2/users", body: AccessBodies.user(email: email))
        }
        let answer = try await fixture.send(.get, "/api/v2/users?\(query)", as: fixture.admin)
        #expect(answer["/data"]?.elements.count == count)
        #expect(answer["/meta/page/total_count"] == 4)
        #expect(answer["/meta/page/total_filtered_count"] == .integer(filtered))
    }

    @Test("who is a service account has its keys made by others, and may share an address")
    func serviceAccounts() async throws {
        let fixture = try await Fixture()
        let body = AccessBodies.user(email: "ops@example.com", roles: [.standard], isServiceAccount: true)
        let account = try await fixture.send(.post, "/api/v2/service_accounts", body: body)
        #expect(account.status == 201)
        #expect(account["/data/attributes/service_account"] == true)
        #expect(account["/data/attributes/handle"]?.text?.string == account.id)
        #expect(try await fixture.send(.post, "/api/v2/service_accounts", body: body).status == 201)
        let path = "/api/v2/service_accounts/\(account.id)/application_keys"
        let key = try await fixture.send(.post, path, body: AccessBodies.applicationKey())
        #expect(key["/data/relationships/owned_by/data/id"]?.text?.string == account.id)
        var keys = fixture.admin
        keys.application = try #require(key["/data/attributes/key"]?.text?.string)
        #expect(try await fixture.send(.get, "/api/v2/current_user", as: keys).id == account.id)
        #expect(try await fixture.send(.delete, "/api/v2/users/\(account.id)", as: fixture.admin).status == 204)
        #expect(try await fixture.send(.get, "/api/v2/current_user", as: keys).status == 403)
    }
}

@Suite("A role")
struct RoleEndpointTests {
    @Test("tells its permissions and how many have it")
    func shape() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.member([.readOnly])
        let list = try await fixture.send(.get, "/api/v2/roles", as: fixture.admin)
        let names = list["/data"]?.elements.compactMap { $0["attributes"]?["name"]?.text?.string }
        #expect(names == ["Datadog Admin Role", "Datadog Read Only Role", "Datadog Standard Role"])
        #expect(list["/meta"]?.compact == #"{"page":{"total_count":3,"total_filtered_count":3}}"#)
        #expect(list["/data"]?.elements.map { $0["attributes"]?["user_count"] } == [1, 1, 0])
        let permissions = try await fixture.send(.get, "/api/v2/permissions", as: fixture.admin)
        let ids = permissions["/data"]?.elements.compactMap { $0["id"]?.text?.string } ?? []
        #expect(Set(ids).count == Permission.allCases.count)
        let granted = list["/data/0/relationships/permissions/data"]?.elements.compactMap { $0["id"]?.text?.string }
        #expect(granted.map(Set.init) == Set(ids))
    }

    @Test(
        "is found by what a list asks for",
        arguments: [
            ("sort=-name", "Standard Read Admin"), ("sort=user_count", "Standard Read Admin"),
            ("filter=READ", "Read"), ("filter[id]=\(Role.admin.id),x", "Admin"),
            ("page[size]=1&page[number]=1", "Read"),
            ("page[size]=100&page[number]=1000000000", ""), ("filter=none", ""),
        ]
    )
    func lists(_ query: String, _ names: String) async throws {
        let fixture = try await Fixture()
        _ = try await fixture.member([.admin, .readOnly])
        let answer = try await fixture.send(.get, "/api/v2/roles?\(query)", as: fixture.admin)
        let answered = answer["/data"]?.elements.compactMap {
            $0["attributes"]?["name"]?.text?.string.split(separator: " ").dropFirst().first
        }
        #expect(answered?.joined(separator: " ") == names)
    }

    @Test("is given and taken, and tells who has it")
    func membership() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([])
        let target = "/api/v2/roles/\(Role.standard.id)/users"
        let body = AccessBodies.reference(keys.user)
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
        for _ in 1...2 {
            let answer = try await fixture.send(.post, target, body: body)
            #expect(answer["/data/0/id"]?.text?.string == keys.user.description)
            #expect(answer["/meta/page/total_count"] == 1)
        }
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
        let event = try #require(try fixture.events().last)
        #expect(event["action"]?.text == "role.add_user")
        #expect(event["details"]?.compact == #"{"disabled":false,"role_ids":["\#(Role.standard.id)"]}"#)
        let found = try await fixture.send(.get, "\(target)?filter=nobody", as: keys)
        #expect(found["/meta"]?.compact == #"{"page":{"total_count":1,"total_filtered_count":0}}"#)
        for _ in 1...2 {
            let answer = try await fixture.send(.delete, target, body: body)
            #expect(answer["/data"]?.elements.isEmpty == true)
        }
        #expect(try fixture.events().count == 2)
    }
}
