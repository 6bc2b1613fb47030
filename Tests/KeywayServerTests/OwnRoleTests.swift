import Access
import Documents
import HTTPServer
import KeywayServer
import SQLiteStorage
import Storage
import Testing

@Suite("A role of one's own")
struct OwnRoleTests {
    private let path = "/api/v2/roles"

    @Test("stands in answers as in the reference's")
    func shape() async throws {
        let fixture = try await Fixture()
        let created = try await fixture.send(
            .post,
            path,
            body: AccessBodies.role("Auditors", #","receives_permissions_from":["Datadog Read Only Role"]"#)
        )
        #expect(created.status == 200)
        #expect(created["/data/type"]?.text == "roles")
        let attributes = try #require(created["/data/attributes"])
        #expect(
            attributes.names == [
                "name", "managed", "created_at", "modified_at", "receives_permissions_from", "user_count",
            ]
        )
        #expect(attributes["name"]?.text == "Auditors")
        #expect(attributes["managed"] == false)
        #expect(attributes["user_count"] == 0)
        #expect(attributes["receives_permissions_from"]?.compact == #"["Datadog Read Only Role"]"#)
        #expect(created["/data/relationships/permissions/data"]?.elements.isEmpty == true)
        #expect(try await fixture.send(.get, "\(path)/\(created.id)", as: fixture.admin).body == created.body)
        let listed = try await fixture.send(.get, "\(path)?filter=audit", as: fixture.admin)
        #expect(listed["/data/0"]?.compact == created["/data"]?.compact)
        #expect(listed["/data"]?.elements.count == 1)
        #expect(listed["/meta"]?.compact == #"{"page":{"total_count":4,"total_filtered_count":1}}"#)
    }

    @Test("is in lists among the shipped ones, page by page", arguments: ["name", "modified_at", "user_count"])
    func pages(_ sort: String) async throws {
        let fixture = try await Fixture()
        for name in ["B", "a", "Zebra", "Datadog X"] { _ = try await fixture.ownRole([], name: name) }
        func names(_ query: String) async throws -> [String] {
            let answer = try await fixture.send(.get, "\(path)?\(query)", as: fixture.admin)
            return answer["/data"]?.elements.compactMap { $0["attributes"]?["name"]?.text?.string } ?? []
        }
        let all = try await names("sort=\(sort)&page[size]=100")
        #expect(all.count == 7)
        #expect(try await names("sort=-\(sort)&page[size]=100") == all.reversed())
        if sort == "name" { #expect(all == all.sorted()) }
        for sign in ["", "-"] {
            var paged: [String] = []
            for number in 0..<4 { paged += try await names("sort=\(sign)\(sort)&page[size]=2&page[number]=\(number)") }
            #expect(paged == (sign.isEmpty ? all : all.reversed()))
        }
    }

    @Test("keeps what an update does not send, and changes what it does")
    func update() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([.connectionsRead, .auditLogsRead], name: "Before")
        let target = "\(path)/\(role.id)"
        func patch(_ body: String) async throws -> String {
            let answer = try await fixture.send(.patch, target, body: body)
            #expect(answer.status == 200, "\(answer.text)")
            let permissions = try await fixture.send(.get, "\(target)/permissions", as: fixture.admin)
            let names = permissions["/data"]?.elements.compactMap { $0["attributes"]?["name"]?.text?.string } ?? []
            return ([answer["/data/attributes/name"]?.text?.string ?? "-"] + names).joined(separator: " ")
        }
        #expect(try await patch(AccessBodies.role("After")) == "After connections_read audit_logs_read")
        let id = role.id.description
        #expect(try await patch(AccessBodies.role(nil, [.apiKeysRead], id: id)) == "After api_keys_read")
        #expect(try await patch(AccessBodies.role(nil, [])) == "After")
        #expect(try fixture.events().count == 3)
        // To ask for what is already so changes nothing.
        _ = try await patch(AccessBodies.role("After", []))
        #expect(try fixture.events().count == 3)
        // What GET answers can be sent back as it is.
        let answered = try await fixture.send(.get, target, as: fixture.admin)
        #expect(try await fixture.send(.patch, target, body: answered.text).status == 200)
        #expect(try fixture.events().count == 3)
    }

    @Test("gives and loses permissions for keys in use, from the next request on")
    func atOnce() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([])
        let keys = try await fixture.member([Role(role)])
        let body = AccessBodies.reference(to: .connectionsRead)
        for _ in 1...2 {
            #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
            _ = try await fixture.send(.post, "\(path)/\(role.id)/permissions", body: body)
            #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
            _ = try await fixture.send(.delete, "\(path)/\(role.id)/permissions", body: body)
        }
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
        _ = try await fixture.send(.patch, "\(path)/\(role.id)", body: AccessBodies.role(nil, [.connectionsRead]))
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
        #expect(try await fixture.send(.delete, "\(path)/\(role.id)", as: fixture.admin).status == 204)
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
        let user = try await fixture.send(.get, "/api/v2/users/\(keys.user)", as: fixture.admin)
        #expect(user["/data/relationships/roles/data"]?.elements.isEmpty == true)
        let event = try #require(try fixture.events().last)
        #expect(event["action"]?.text == "role.delete")
        #expect(event["details"]?["users"] == 1)
    }

    @Test("costs no read of the store while nothing changes")
    func noReads() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([Role(try await fixture.ownRole([.connectionsRead]))])
        func status() async throws -> Int {
            try await fixture.send(.get, "/api/v2/validate_keys", as: keys).status
        }
        #expect(try await status() == 200)
        fixture.store.set { $0.readFailure = .unavailable("tried to read") }
        #expect(try await status() == 200)
    }

    @Test("is copied with what it grants at that moment")
    func copies() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([.connectionsRead])
        let copy = try await fixture.send(.post, "\(path)/\(role.id)/clone", body: AccessBodies.role("Copy"))
        let target = "\(path)/\(copy.id)/permissions"
        _ = try await fixture.send(.patch, "\(path)/\(role.id)", body: AccessBodies.role(nil, []))
        let permissions = try await fixture.send(.get, target, as: fixture.admin)
        #expect(permissions["/data/0/id"]?.text?.string == Permission.connectionsRead.id.description)
        #expect(permissions["/data"]?.elements.count == 1)
    }

    @Test("and a shipped one stays as it is, whoever asks", arguments: Role.shipped)
    func shipped(_ role: Role) async throws {
        let fixture = try await Fixture()
        let before = try await fixture.send(.get, "\(path)/\(role.id)", as: fixture.admin)
        let body = AccessBodies.reference(to: .connectionsRead)
        let answers = [
            try await fixture.send(.patch, "\(path)/\(role.id)", body: AccessBodies.role("New", [])),
            try await fixture.send(.delete, "\(path)/\(role.id)", as: fixture.admin),
            try await fixture.send(.post, "\(path)/\(role.id)/permissions", body: body),
            try await fixture.send(.delete, "\(path)/\(role.id)/permissions", body: body),
        ]
        for answer in answers { expectStrings(in: answer, status: 403, containing: "clone") }
        #expect(try await fixture.send(.get, "\(path)/\(role.id)", as: fixture.admin).body == before.body)
    }

    @Test("grants to all who have it, in whatever way it came to them")
    func given() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([.auditLogsRead])
        let created = try await fixture.send(
            .post,
            "/api/v2/service_accounts",
            body: AccessBodies.user(roles: [Role(role)], isServiceAccount: true)
        )
        #expect(created.status == 201, "\(created.text)")
        #expect(created["/included/1/id"]?.text?.string == role.id.description)
        #expect(created["/included/2/attributes/name"]?.text == "audit_logs_read")
        let key = try await fixture.send(
            .post,
            "/api/v2/service_accounts/\(created.id)/application_keys",
            body: AccessBodies.applicationKey()
        )
        var keys = fixture.admin
        keys.application = try #require(key["/data/attributes/key"]?.text?.string)
        #expect(try await fixture.send(.get, "/api/v2/audit/events", as: keys).status == 200)
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
        let members = try await fixture.send(.get, "\(path)/\(role.id)/users", as: fixture.admin)
        #expect(members["/data/0/id"]?.text?.string == created.id)
    }

    @Test("may be named by restriction policies, which stay closed when it goes")
    func policies() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([.connectionsRead])
        let keys = try await fixture.member([Role(role), .readOnly])
        let others = try await fixture.member([.readOnly])
        let shared = try await fixture.create(Bodies.openAI(name: "Shared"))
        let alone = try await fixture.create(Bodies.openAI(name: "Alone"))
        let name = "role:\(role.id)"
        let both = Bodies.policy([("viewer", [name, "user:\(others.user)"])])
        let lockout = "?allow_self_lockout=true"
        #expect(try await fixture.send(.post, Paths.policy(shared) + lockout, body: both).status == 200)
        let only = Bodies.policy([("viewer", [name])])
        #expect(try await fixture.send(.post, Paths.policy(alone) + lockout, body: only).status == 200)
        for id in [shared, alone] {
            #expect(try await fixture.send(.get, Paths.connection(id), as: keys).status == 200)
        }
        #expect(try await fixture.send(.delete, "\(path)/\(role.id)", as: fixture.admin).status == 204)
        let left = try await fixture.send(.get, Paths.policy(shared), as: fixture.admin)
        #expect(!left.text.contains(name))
        for (caller, statuses) in [(keys, (403, 403)), (others, (200, 403))] {
            #expect(try await fixture.send(.get, Paths.connection(shared), as: caller).status == statuses.0)
            #expect(try await fixture.send(.get, Paths.connection(alone), as: caller).status == statuses.1)
        }
        // Its name is no role's any more, and who manages access opens the connection again.
        expectStrings(in: try await fixture.send(.post, Paths.policy(alone), body: only), status: 400)
        #expect(try await fixture.send(.delete, Paths.policy(alone), as: fixture.admin).status == 204)
        #expect(try await fixture.send(.get, Paths.connection(alone), as: others).status == 200)
    }

    @Test("is one of at most 1000")
    func room() async throws {
        let fixture = try await Fixture()
        let roles = (0..<1000).map { number in
            Mutation.createRole(
                OwnRole(
                    id: Fixture.ids.next(),
                    organization: fixture.organization,
                    name: "\(number)",
                    given: [],
                    createdAt: .now
                )
            )
        }
        #expect(try await fixture.sqlite.commit(Change(roles, event: nil)) == .committed)
        for (target, name) in [(path, "a"), ("\(path)/\(Role.readOnly.id)/clone", "b")] {
            let answer = try await fixture.send(.post, target, body: AccessBodies.role(name))
            expectStrings(in: answer, status: 400, containing: "1000")
        }
    }

    @Test("that changes in the same moment as others loses no change")
    func concurrency() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([])
        try await withThrowingTaskGroup(of: Int.self) { group in
            for permission in Permission.allCases {
                group.addTask {
                    try await fixture.send(
                        .post,
                        "/api/v2/roles/\(role.id)/permissions",
                        body: AccessBodies.reference(to: permission)
                    ).status
                }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(try fixture.sqlite.ownRole(role.id, in: fixture.organization)?.given == .all)
    }
}

extension DelegationTests {
    @Test("by a role of one's own, in any of the ways to make or change one")
    func ownRoles() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([.apiKeysRead], name: "Has")
        let scopes = ["user_access_manage", "connections_read"]
        let some = try await fixture.member([.admin], scopes: scopes)
        let source = #","receives_permissions_from":["Datadog Read Only Role"]"#
        let target = "/api/v2/roles/\(role.id)"
        let refused: [(HTTPMethod, String, String, String)] = [
            (.post, "/api/v2/roles", AccessBodies.role("a", [.connectionsRead, .apiKeysWrite]), "api_keys_write"),
            (.post, "/api/v2/roles", AccessBodies.role("a", source), "user_app_keys"),
            (.patch, target, AccessBodies.role(nil, [.apiKeysRead, .connectionsWrite]), "connections_write"),
            (.patch, target, AccessBodies.role("a", source), "user_app_keys"),
            (.post, "\(target)/clone", AccessBodies.role("a"), "api_keys_read"),
            (.post, "/api/v2/roles/\(Role.standard.id)/clone", AccessBodies.role("a"), "connections_write"),
            (.post, "\(target)/permissions", AccessBodies.reference(to: .auditLogsRead), "audit_logs_read"),
            (.post, "\(target)/users", AccessBodies.reference(some.user), "api_keys_read"),
        ]
        for (method, path, body, missing) in refused {
            let answer = try await fixture.send(method, path, as: some, body: body)
            expectStrings(in: answer, status: 403, containing: missing)
        }
        #expect(try fixture.events().isEmpty)
        // What a role has already is not handed out by who changes something else, and may be taken by anyone.
        let allowed: [(HTTPMethod, String, String)] = [
            (.patch, target, AccessBodies.role("Renamed", [.apiKeysRead, .connectionsRead])),
            (.delete, "\(target)/permissions", AccessBodies.reference(to: .apiKeysRead)),
            (.post, "\(target)/clone", AccessBodies.role("Copy")),
            (.post, "/api/v2/roles", AccessBodies.role("Own", [.connectionsRead, .userAccessManage])),
        ]
        for (method, path, body) in allowed {
            let answer = try await fixture.send(method, path, as: some, body: body)
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test("and a user with every permission, but not the admin role, changes no shipped role, nor takes the last admin")
    func allPermissions() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([Role(try await fixture.ownRole(.all))])
        let disabling = try await fixture.send(.delete, "/api/v2/users/\(fixture.admin.user)", as: keys)
        expectStrings(in: disabling, status: 400, containing: "last")
        let path = "/api/v2/roles/\(Role.admin.id)"
        #expect(try await fixture.send(.patch, path, as: keys, body: AccessBodies.role("a", [])).status == 403)
        let taking = try await fixture.send(
            .delete,
            "\(path)/users",
            as: keys,
            body: AccessBodies.reference(fixture.admin.user)
        )
        #expect(taking.status == 400)
    }
}
