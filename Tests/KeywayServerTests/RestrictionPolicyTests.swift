import Access
import Documents
import HTTPServer
import SQLiteStorage
import Storage
import Testing
import TestSupport

@Suite("Restriction policies")
struct RestrictionPolicyTests {
    private let fixture: Fixture
    private let connection: String

    init() async throws {
        fixture = try await Fixture()
        connection = try await fixture.create(Bodies.openAI())
    }

    private func post(
        _ bindings: [(relation: String, principals: [String])],
        _ query: String = "",
        as keys: Keys? = nil
    ) async throws -> Answer {
        try await fixture.send(
            .post,
            Paths.policy(connection) + query,
            as: keys ?? fixture.admin,
            body: Bodies.policy(bindings)
        )
    }

    private func get(as keys: Keys? = nil) async throws -> Answer {
        try await fixture.send(.get, Paths.policy(connection), as: keys ?? fixture.admin)
    }

    private var own: String { "user:\(fixture.admin.user)" }
    private var everyone: String { "org:\(fixture.organization)" }

    // MARK: The wire

    @Test("are empty where there is none")
    func none() async throws {
        let answer = try await get()
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "application/json")
        #expect(
            answer.json.compact == #"""
                {"data":{"id":"connection:\#(connection)","type":"restriction_policy","attributes":{"bindings":[]}}}
                """#
        )
    }

    @Test("are replaced as a whole, answered as they are, and removed")
    func replacing() async throws {
        let role = "role:\(Role.standard.id)"
        for bindings in [
            [("editor", [own])], [("viewer", [everyone]), ("editor", [role, own]), ("resolver", [role])],
            [("editor", [everyone])],
        ] {
            let posted = try await post(bindings)
            #expect(posted.status == 200)
            #expect(posted.header("Content-Type") == "application/json")
            let expected = bindings.map { relation, principals in
                let names = principals.map { "\"\($0)\"" }.joined(separator: ",")
                return #"{"relation":"\#(relation)","principals":[\#(names)]}"#
            }
            #expect(posted["/data/attributes/bindings"]?.compact == "[\(expected.joined(separator: ","))]")
            #expect(posted.id == "connection:\(connection)")
            #expect(try await get().json == posted.json)
        }
        for _ in 0..<2 {
            let deleted = try await fixture.send(.delete, Paths.policy(connection), as: fixture.admin)
            #expect(deleted.status == 204)
            #expect(try await get()["/data/attributes/bindings"] == [])
        }
    }

    @Test("join bindings of one relation, and write ids in lower case")
    func joining() async throws {
        let upperCase = "user:\(fixture.admin.user.description.uppercased())"
        let answer = try await post([("editor", [upperCase, own]), ("viewer", [everyone]), ("editor", [everyone])])
        #expect(
            answer["/data/attributes/bindings"]?.compact == #"""
                [{"relation":"editor","principals":["\#(own)","\#(everyone)"]},\#
                {"relation":"viewer","principals":["\#(everyone)"]}]
                """#
        )
    }

    @Test("that name nobody are none, as they are answered where there is none")
    func empty() async throws {
        #expect(try await post([("editor", [own])]).status == 200)
        let answer = try await post([])
        #expect(answer.status == 200)
        #expect(answer["/data/attributes/bindings"] == [])
        let stranger = try await fixture.member([.standard])
        #expect(try await fixture.send(.get, Paths.connection(connection), as: stranger).status == 200)
    }

    @Test("may be called by the id in the path")
    func id() async throws {
        for (id, status) in [
            ("connection:\(connection)", 200), ("connection:\(connection.uppercased())", 200), (connection, 400),
            ("connection:\(Fixture.ids.next())", 400), ("dashboard:\(connection)", 400), ("", 400),
        ] {
            let body = Bodies.policy([("editor", [own])], members: #","id":"\#(id)""#)
            let answer = try await fixture.send(.post, Paths.policy(connection), body: body)
            #expect(answer.status == status, "\(id)")
            if status == 400 { #expect(answer.text.contains("/data/id")) }
        }
        let encoded = "/api/v2/restriction_policy/connection%3A\(connection)"
        #expect(try await fixture.send(.get, encoded, as: fixture.admin, isDescribed: false).status == 200)
    }

    @Test(
        "are kept of connections alone",
        arguments: ["dashboard:abc-def-ghi", "connection", "connection:", "connection:1", "CONNECTION:{id}", "{id}"]
    )
    func otherResources(_ resource: String) async throws {
        let resource = resource.replacing("{id}", with: connection)
        for method in [HTTPMethod.get, .post, .delete] {
            let answer = try await fixture.send(
                method,
                "/api/v2/restriction_policy/\(resource)",
                as: fixture.admin,
                body: method == .post ? Bodies.policy([]) : nil
            )
            #expect(answer.status == 400)
            #expect(answer["/errors/0"]?.text?.string.contains("only connections have restriction policies") == true)
        }
    }

    @Test("of connections that are not there are a 404")
    func absent() async throws {
        let account = try await fixture.send(
            .post,
            "/api/v2/integration/aws/accounts",
            body: #"""
                {"data":{"type":"account","attributes":{"aws_account_id":"123456789012",
                "aws_partition":"aws","auth_config":{"role_name":"Test"}}}}
                """#
        )
        for id in [Fixture.ids.next().description, account.id] {
            for method in [HTTPMethod.get, .post, .delete] {
                let body = method == .post ? Bodies.policy([("editor", [own])]) : nil
                let answer = try await fixture.send(method, Paths.policy(id), as: fixture.admin, body: body)
                #expect(answer.status == 404)
                #expect(answer["/errors/0"]?.text?.string.contains("no connection with this id") == true)
            }
        }
    }

    private static let unknown = "00000000-0000-0000-0000-000000000001"

    @Test(
        "that are malformed, or name whom the organisation does not know, are refused, and it is told where",
        arguments: [
            (#"[{"relation":"editor","principals":["user:\#(unknown)"]}]"#, "/bindings/0/principals/0 is no user"),
            (#"[{"relation":"editor","principals":["role:\#(unknown)"]}]"#, "/bindings/0/principals/0 is no role"),
            (#"[{"relation":"editor","principals":["org:\#(unknown)"]}]"#, "/bindings/0/principals/0 is not your org"),
            (#"[{"relation":"editor","principals":["team:\#(unknown)"]}]"#, "/bindings/0/principals/0 must be user:"),
            (#"[{"relation":"editor","principals":["everyone"]}]"#, "/bindings/0/principals/0 must be user:"),
            (#"[{"relation":"runner","principals":["user:\#(unknown)"]}]"#, "/bindings/0/relation must be viewer"),
            (#"[{"relation":"editor","principals":[]}]"#, "/bindings/0/principals must not be empty"),
            (#"[{"relation":"editor"}]"#, "/bindings/0/principals is required"),
            (#"[{"principals":["user:\#(unknown)"]}]"#, "/bindings/0/relation is required"),
            (#"[{"relation":"editor","principals":"user:\#(unknown)"}]"#, "/bindings/0/principals must be a list"),
            (#"{}"#, "/bindings must be a list"),
            (#"null"#, "/bindings"),
        ]
    )
    func malformed(_ bindings: String, _ fault: String) async throws {
        let body = #"{"data":{"type":"restriction_policy","attributes":{"bindings":\#(bindings)}}}"#
        let answer = try await fixture.send(.post, Paths.policy(connection), body: body)
        #expect(answer.status == 400)
        #expect(answer.text.contains("/data/attributes\(fault)"), "\(answer.text)")
        #expect(!answer.text.contains("everyone") && !answer.text.contains(Self.unknown))
        #expect(try await get()["/data/attributes/bindings"] == [])
    }

    @Test("tell every unknown principal at once")
    func allFaults() async throws {
        let alien = try await fixture.stranger()
        let answer = try await post([
            ("viewer", [own, "user:\(alien.user)"]), ("editor", ["role:\(fixture.admin.user)", own]),
        ])
        #expect(answer.status == 400)
        #expect(answer["/errors"]?.elements.count == 2)
        #expect(answer["/errors/0"]?.text?.string.hasPrefix("/data/attributes/bindings/0/principals/1") == true)
        #expect(answer["/errors/1"]?.text?.string.hasPrefix("/data/attributes/bindings/1/principals/0") == true)
    }

    @Test("name service accounts and disabled users like any user")
    func otherUsers() async throws {
        let bot = try await fixture.member([.standard], isServiceAccount: true)
        let former = try await fixture.member([.standard], isDisabled: true)
        #expect(try await post([("editor", [own, "user:\(bot.user)", "user:\(former.user)"])]).status == 200)
        #expect(try await fixture.send(.get, Paths.connection(connection), as: bot).status == 200)
    }

    // MARK: Lockout and recovery

    @Test("that would lock their author out are refused, unless that is allowed")
    func selfLockout() async throws {
        let other = try await fixture.member([.readOnly])
        let policies: [[(relation: String, principals: [String])]] = [
            [("editor", ["user:\(other.user)"])], [("viewer", [own]), ("resolver", [own])],
            [("editor", ["role:\(Role.readOnly.id)"]), ("resolver", [everyone])],
        ]
        for query in ["", "?allow_self_lockout=false", "?allow_self_lockout=False"] {
            for policy in policies {
                let answer = try await post(policy, query)
                #expect(answer.status == 400)
                #expect(answer["/errors/0"]?.text?.string.contains("allow_self_lockout=true") == true)
            }
        }
        #expect(try await get()["/data/attributes/bindings"] == [])
        #expect(try await post(policies[0], "?allow_self_lockout=yes").status == 400)
        for query in ["?allow_self_lockout=true", "?allow_self_lockout=True"] {
            #expect(try await post(policies[0], query).status == 200)
        }
    }

    @Test("that keep their author as editor need no leave", arguments: 0..<3)
    func keptEditor(_ kind: Int) async throws {
        let name = [own, "role:\(Role.admin.id)", everyone][kind]
        let other = try await fixture.member([.readOnly])
        #expect(try await post([("editor", ["user:\(other.user)", name])]).status == 200)
    }

    @Test("of others are recovered by whoever manages access, and then let them in")
    func recovery() async throws {
        let author = try await fixture.member([.standard])
        #expect(try await post([("editor", ["user:\(author.user)"])], as: author).status == 200)
        let target = Paths.connection(connection)
        #expect(try await fixture.send(.get, target, as: fixture.admin).status == 403)
        #expect(try await get().status == 200)
        #expect(try await post([("editor", [own])]).status == 200)
        #expect(try await fixture.send(.get, target, as: fixture.admin).status == 200)
        #expect(try await fixture.send(.get, target, as: author).status == 403)
        #expect(try await get(as: author).status == 403)
    }

    @Test("follow the roles that a user has now")
    func roles() async throws {
        #expect(try await post([("editor", [own]), ("viewer", ["role:\(Role.readOnly.id)"])]).status == 200)
        let member = try await fixture.member([.standard])
        let target = Paths.connection(connection)
        let role = "/api/v2/roles/\(Role.readOnly.id)/users"
        let body = #"{"data":{"type":"users","id":"\#(member.user)"}}"#
        #expect(try await fixture.send(.get, target, as: member).status == 403)
        #expect(try await fixture.send(.post, role, body: body).status == 200)
        #expect(try await fixture.send(.get, target, as: member).status == 200)
        #expect(try await fixture.send(.delete, role, body: body).status == 200)
        #expect(try await fixture.send(.get, target, as: member).status == 403)
    }

    @Test("show in the refusal which relation is missing, and nothing of the body or the connection")
    func refusal() async throws {
        let viewer = try await fixture.member([.standard])
        #expect(try await post([("editor", [own]), ("viewer", ["user:\(viewer.user)"])]).status == 200)
        let answer = try await fixture.send(.patch, Paths.connection(connection), as: viewer, body: "{")
        expectErrors(in: answer, status: 403)
        #expect(answer.text.contains("the relation editor"))
        let policy = try await fixture.send(.post, Paths.policy(connection), as: viewer, body: "{")
        #expect(policy.status == 403)
        #expect(policy["/errors/0"]?.text?.string.contains("the relation editor") == true)
    }

    // MARK: Changes

    @Test("are audited with their bindings, changes that change nothing are not")
    func auditing() async throws {
        let before = try fixture.events().count
        #expect(try await post([("editor", [own])]).status == 200)
        for _ in 0..<2 {
            #expect(try await fixture.send(.delete, Paths.policy(connection), as: fixture.admin).status == 204)
        }
        #expect(try await post([]).status == 200)
        #expect(try await post([("editor", ["user:\(Self.unknown)"])]).status == 400)
        let events = try fixture.events().dropFirst(before)
        #expect(
            events.compactMap { $0["action"]?.text?.string } == ["update", "delete"].map { "restriction_policy.\($0)" }
        )
        for event in events {
            #expect(event["resource_type"] == "restriction_policy")
            #expect(event["resource_id"]?.text?.string == connection)
            #expect(
                event["details"]?.compact == #"{"bindings":[{"relation":"editor","principals":["\#(own)"]}]}"#
            )
        }
    }

    @Test("go with their connection")
    func deletion() async throws {
        #expect(try await post([("editor", [own])]).status == 200)
        #expect(try await fixture.send(.delete, Paths.connection(connection), as: fixture.admin).status == 204)
        #expect(try await get().status == 404)
    }

    @Test("outlive a change of the connection")
    func update() async throws {
        let posted = try await post([("editor", [own])])
        let target = Paths.connection(connection)
        #expect(try await fixture.send(.patch, target, body: Bodies.rename("New")).status == 200)
        #expect(try await get().json == posted.json)
    }

    @Test("are tried anew when something comes in between, for a while", arguments: [(1, 200), (199, 200), (200, 503)])
    func conflicts(_ count: Int, _ status: Int) async throws {
        fixture.store.set { $0.conflicts = count }
        #expect(try await post([("editor", [own])]).status == status)
        fixture.store.set { $0.conflicts = count }
        let answer = try await fixture.send(.delete, Paths.connection(connection), as: fixture.admin)
        #expect(answer.status == (status == 200 ? 204 : 503))
    }

    @Test("that take each other's authors away let one of them through", arguments: 0..<5)
    func race(_ round: Int) async throws {
        let authors = [try await fixture.member([.standard]), try await fixture.member([.standard])]
        let names = authors.map { "user:\($0.user)" }
        #expect(try await post([("editor", names)], "?allow_self_lockout=true").status == 200)
        async let first = post([("editor", [names[0]])], as: authors[0])
        async let second = post([("editor", [names[1]])], as: authors[1])
        let statuses = try await [first.status, second.status]
        #expect(statuses.sorted() == [200, 403])
        let bindings = try await get()["/data/attributes/bindings"]
        #expect(bindings?.at("0/principals")?.compact == "[\"\(names[statuses[0] == 200 ? 0 : 1])\"]")
    }

    @Test("that come while a connection is changed decide over the change", arguments: [true, false])
    func meanwhile(_ keepsAuthor: Bool) async throws {
        let author = try await fixture.member([.standard])
        let id = try #require(Identifier(connection))
        let (target, policyTarget) = (Paths.connection(connection), Paths.policy(connection))
        let policy = Bodies.policy([("editor", ["user:\(author.user)"])])
        let requests: [(method: HTTPMethod, target: String, body: String?, status: Int)] = [
            (.patch, target, Bodies.rename("New"), 200), (.post, policyTarget, policy, 200),
            (.delete, policyTarget, nil, 204), (.delete, target, nil, 204),
        ]
        for (method, target, body, status) in requests {
            // Before the request, the author may edit the connection.
            #expect(try await post([("editor", [own, "user:\(author.user)"])]).status == 200)
            let names = [fixture.admin.user] + (keepsAuthor ? [author.user] : [])
            let restriction = Mutation.setRestrictionPolicy(
                RestrictionPolicy([.init(.editor, names.map { .user($0) })]),
                connection: id,
                organization: fixture.organization,
                expecting: try #require(try fixture.sqlite.connection(id, in: fixture.organization)).revision
            )
            fixture.store.set { $0.meanwhile = Change([restriction], event: nil) }
            let answer = try await fixture.send(method, target, as: author, body: body)
            #expect(answer.status == (keepsAuthor ? status : 403), "\(method.name) \(target)")
        }
        let document = try fixture.sqlite.connection(id, in: fixture.organization)?.document
        #expect(document.map { String(decoding: $0, as: UTF8.self).contains("\"Test\"") } == (keepsAuthor ? nil : true))
    }

    @Test("leave connections out of lists, with right totals and pages")
    func lists() async throws {
        let reader = try await fixture.member([.readOnly])
        for index in 0..<6 {
            let id = try await fixture.create(Bodies.openAI(name: "n\(index)"))
            guard index % 2 == 0 else { continue }
            let body = Bodies.policy([("editor", [own])])
            #expect(try await fixture.send(.post, Paths.policy(id), body: body).status == 200)
        }
        let query = "?page[size]=2&page[number]=1&filter[query]=n"
        let answer = try await fixture.send(.get, Paths.connections + query, as: reader)
        #expect(answer["/data"]?.elements.compactMap { $0["attributes"]?["name"]?.text?.string } == ["n5"])
        #expect(answer["/meta"]?.compact == #"{"total":4,"total_filtered":3}"#)
        let all = try await fixture.send(.get, Paths.connections, as: fixture.admin)
        #expect(all["/meta"]?.compact == #"{"total":7,"total_filtered":7}"#)
    }
}
