import Access
import Connections
import Documents
import HTTPServer
import KeywayServer
import Testing
import TestSupport
import UpstreamTesting

@Suite("The settings of a connection")
struct SettingsTests {
    @Test("are the defaults until they are replaced, and those are not stored")
    func defaults() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        for _ in 0..<2 {
            let answer = try await fixture.send(.get, Paths.settings(id), as: fixture.admin)
            #expect(answer.status == 200)
            #expect(answer.header("Content-Type") == "application/vnd.api+json")
            #expect(answer.id == id)
            #expect(answer["/data/type"] == "connection_settings")
            #expect(answer["/data/attributes/concurrency"] == 100)
            #expect(answer["/data/attributes/custom_domain"] == false)
            #expect(answer["/data/attributes/mode"] == "enforce")
            #expect(answer["/data/attributes/rules"] == [])
            #expect(answer["/data/attributes/rate"] == nil)
            #expect(answer["/data/attributes/base_url"] == nil)
        }
        let put = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings())
        #expect(try await fixture.send(.get, Paths.settings(id), as: fixture.admin).json == put.json)
    }

    @Test("are replaced as a whole")
    func replaced() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let rule = #"""
            {"name":"read","methods":["GET"],"paths":["/v1/*"],"principals":["user:\#(fixture.admin.user)"],
            "body":[{"pointer":"/model","values":["a",1,true]}]}
            """#
        let first = Bodies.settings(
            #""rate":5,"concurrency":7,"probe_path":"/v1/x?y=z","mode":"observe","rules":[\#(rule)]"#
        )
        let put = try await fixture.send(.put, Paths.settings(id), body: first)
        #expect(put.status == 200)
        #expect(put["/data/attributes/rate"] == 5)
        #expect(put["/data/attributes/rules/0/body/0/values"] == ["a", 1, true])
        #expect(try await fixture.send(.get, Paths.settings(id), as: fixture.admin).json == put.json)
        let second = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(#""rate":6"#))
        #expect(second["/data/attributes/rate"] == 6)
        #expect(second["/data/attributes/concurrency"] == 100)
        #expect(second["/data/attributes/rules"] == [])
        #expect(second["/data/attributes/probe_path"] == nil)
        // The connection itself is not changed by them.
        #expect(try await fixture.send(.get, Paths.connection(id), as: fixture.admin).status == 200)
        #expect(try fixture.secrets(of: id, are: ["integration/credentials/api_token": Bodies.marker]))
    }

    @Test(
        "name every fault and its place",
        arguments: [
            (#""rate":0"#, ["rate"]), (#""rate":100001"#, ["rate"]), (#""concurrency":"1""#, ["concurrency"]),
            (#""concurrency":1.5,"mode":"off""#, ["concurrency", "mode"]), (#""unknown":1"#, ["unknown"]),
            (#""base_url":"ftp://a.example.com""#, ["base_url"]), (#""custom_domain":"yes""#, ["custom_domain"]),
            (#""probe_path":"v1""#, ["probe_path"]), (#""region":"eu-west-1""#, ["region"]),
            (#""rules":[{"name":"a"}]"#, ["rules/0/paths"]),
            (#""rules":[{"name":"a","effect":"ask","paths":["/"]}]"#, ["rules/0/effect"]),
            (#""rules":[{"name":"a","paths":[]},{"name":"a","paths":["/"]}]"#, ["rules/0/paths", "rules/1/name"]),
            (#""rules":[{"name":"a","paths":["/a*"],"methods":["get"]}]"#, ["rules/0/methods/0", "rules/0/paths/0"]),
        ] as [(String, [String])]
    )
    func faults(_ members: String, _ places: [String]) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let answer = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(members))
        expectErrors(in: answer, status: 400)
        #expect(Set(answer.sources) == Set(places.map { "pointer /data/attributes/\($0)" }))
        #expect(try await fixture.send(.get, Paths.settings(id), as: fixture.admin)["/data/attributes/rate"] == nil)
    }

    @Test("have the members of the connection's integration")
    func members() async throws {
        let fixture = try await Fixture()
        let aws = try await fixture.create(Bodies.aws())
        let put = { (id: String, members: String) in
            try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(members))
        }
        #expect(try await put(aws, #""region":"eu-west-1""#).status == 200)
        #expect(try await put(aws, #""base_url":"https://a.example.com""#).status == 400)
        #expect(try await put(aws, #""custom_domain":true"#).status == 400)
        let gitLab = try await fixture.create(
            Bodies.connection(type: "Gitlab", credentials: #""type":"GitlabAPIKey","api_token":"\#(Bodies.marker)""#)
        )
        #expect(try await put(gitLab, #""host":"gitlab.example.com","custom_domain":true"#).status == 200)
        #expect(try await put(gitLab, #""region":"eu-west-1""#).status == 400)
    }

    @Test("are another's business where the connection is")
    func access() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let stranger = try await fixture.stranger()
        #expect(try await fixture.send(.get, Paths.settings(id), as: stranger).status == 404)
        #expect(try await fixture.send(.put, Paths.settings(id), as: stranger, body: Bodies.settings()).status == 404)
        let reader = try await fixture.member([.readOnly])
        #expect(try await fixture.send(.get, Paths.settings(id), as: reader).status == 200)
        #expect(try await fixture.send(.put, Paths.settings(id), as: reader, body: Bodies.settings()).status == 403)
        let policy = Bodies.policy([("editor", ["user:\(fixture.admin.user)"]), ("resolver", ["user:\(reader.user)"])])
        #expect(try await fixture.send(.post, Paths.policy(id), body: policy).status == 200)
        let writer = try await fixture.member([.standard])
        #expect(try await fixture.send(.get, Paths.settings(id), as: reader).status == 200)
        #expect(try await fixture.send(.get, Paths.settings(id), as: writer).status == 403)
        #expect(try await fixture.send(.put, Paths.settings(id), as: writer, body: Bodies.settings()).status == 403)
        #expect(try await fixture.send(.get, Paths.settings("x"), as: fixture.admin).status == 400)
    }

    @Test("go with their connection")
    func deleted() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        #expect(try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(#""rate":1"#)).status == 200)
        #expect(try await fixture.send(.delete, Paths.connection(id), as: fixture.admin).status == 204)
        #expect(try await fixture.send(.get, Paths.settings(id), as: fixture.admin).status == 404)
        #expect(try await fixture.send(.put, Paths.settings(id), body: Bodies.settings()).status == 404)
    }

    @Test("are tried anew when others change the connection, and given up when that goes on")
    func conflicts() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        fixture.store.set { $0.conflicts = 3 }
        #expect(try await fixture.send(.put, Paths.settings(id), body: Bodies.settings()).status == 200)
        fixture.store.set { $0.conflicts = 100_000 }
        expectErrors(in: try await fixture.send(.put, Paths.settings(id), body: Bodies.settings()), status: 503)
    }
}

@Suite("Settings with rules that deny")
struct GuardedSettingsTests {
    private static let never = #"{"name":"never","effect":"deny","methods":["DELETE"],"paths":["/a"]}"#
    private static let all = #"{"name":"all","paths":["/**"]}"#

    private func put(_ id: String, _ members: String, _ fixture: Fixture, as keys: Keys) async throws -> Answer {
        try await fixture.send(.put, Paths.settings(id), as: keys, body: Bodies.settings(members))
    }

    @Test(
        "are loosened by those alone who have the permission for it",
        arguments: [
            (#""rules":[]"#, "rules"), (#""rules":[\#(all)]"#, "rules"), (#""rules":[\#(all),\#(never)]"#, "rules"),
            (#""mode":"observe","rules":[\#(never),\#(all)]"#, "rules"), ("", "rules"),
        ]
    )
    func loosened(_ members: String, _ name: String) async throws {
        let fixture = try await Fixture()
        let editor = try await fixture.member([.standard])
        let id = try await fixture.create(Bodies.openAI(), as: editor)
        let guarded = #""rules":[\#(Self.never),\#(Self.all)]"#
        let first = try await put(id, guarded, fixture, as: editor)
        #expect(first.status == 200)
        #expect(first["/data/attributes/rules/0/effect"] == "deny")
        #expect(first["/data/attributes/rules/1/effect"] == nil)
        let refused = try await put(id, members, fixture, as: editor)
        expectErrors(in: refused, status: 403, sources: ["pointer /data/attributes/\(name)"])
        #expect(try await fixture.send(.get, Paths.settings(id), as: editor).json == first.json)
        #expect(try await put(id, members, fixture, as: fixture.admin).status == 200)
    }

    @Test("are tightened by everyone who may change them")
    func tightened() async throws {
        let fixture = try await Fixture()
        let editor = try await fixture.member([.standard])
        let id = try await fixture.create(Bodies.openAI(), as: editor)
        for members in [
            #""rules":[\#(Self.never),\#(Self.all)]"#, #""rate":5,"rules":[\#(Self.never)]"#,
            #""rules":[{"name":"more","effect":"deny","paths":["/b","/a"]},\#(Self.all)]"#,
        ] {
            #expect(try await put(id, members, fixture, as: editor).status == 200)
        }
    }

    @Test("keep the address that their paths are below, in a PATCH of the connection too")
    func address() async throws {
        let fixture = try await Fixture()
        let editor = try await fixture.member([.standard])
        let id = try await fixture.create(Bodies.http(), as: editor)
        #expect(try await put(id, #""rules":[\#(Self.never)]"#, fixture, as: editor).status == 200)
        let patch = Bodies.http(baseURL: "https://api.example.com/elsewhere")
        let refused = try await fixture.send(.patch, Paths.connection(id), as: editor, body: patch)
        expectErrors(in: refused, status: 403, sources: ["pointer /data/attributes/integration"])
        let renamed = Bodies.rename("Other")
        #expect(try await fixture.send(.patch, Paths.connection(id), as: editor, body: renamed).status == 200)
        #expect(try await fixture.send(.patch, Paths.connection(id), body: patch).status == 200)
    }
}

@Suite("Settings that change where secrets go")
struct SettingsDestinationTests {
    private let field = "integration/credentials/api_token"

    /// The destination that the secrets of a connection are sealed for now.
    private func destination(of id: String, _ fixture: Fixture) async throws -> String {
        DocumentSchema.connectionDestination(
            document: try #require(try await fixture.send(.get, Paths.connection(id), as: fixture.admin)["/data"]),
            settings: try await fixture.send(.get, Paths.settings(id), as: fixture.admin)["/data"]
        ).text
    }

    @Test(
        "need the right to redirect, while there are secrets",
        arguments: [
            (#""base_url":"https://proxy.example.com""#, "base_url"), (#""custom_domain":true"#, "custom_domain"),
        ]
    )
    func right(_ members: String, _ name: String) async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.standard])
        let id = try await fixture.create(Bodies.openAI(), as: keys)
        let body = Bodies.settings(members)
        let refused = try await fixture.send(.put, Paths.settings(id), as: keys, body: body)
        expectErrors(in: refused, status: 403, sources: ["pointer /data/attributes/\(name)"])
        #expect(try fixture.secrets(of: id, are: [field: Bodies.marker]))
        #expect(try await fixture.send(.put, Paths.settings(id), body: body).status == 200)
        // Callers that may not redirect may keep what is there, and not take a destination back.
        #expect(try await fixture.send(.put, Paths.settings(id), as: keys, body: body).status == 200)
        let cleared = try await fixture.send(.put, Paths.settings(id), as: keys, body: Bodies.settings())
        #expect(cleared.status == (name == "base_url" ? 403 : 200))
        if name == "base_url" { #expect(cleared.sources == ["pointer /data/attributes/base_url"]) }
    }

    @Test("need none where there are no secrets")
    func withoutSecrets() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.standard])
        let id = try await fixture.create(Bodies.http(), as: keys)
        let body = Bodies.settings(#""base_url":"https://proxy.example.com""#)
        #expect(try await fixture.send(.put, Paths.settings(id), as: keys, body: body).status == 200)
    }

    @Test("seal the secrets anew, for the new destination alone")
    func resealed() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let before = try await destination(of: id, fixture)
        let body = Bodies.settings(#""base_url":"https://proxy.example.com""#)
        #expect(try await fixture.send(.put, Paths.settings(id), body: body).status == 200)
        let after = try await destination(of: id, fixture)
        #expect(before != after)
        #expect(try fixture.secrets(of: id, are: [field: Bodies.marker], for: after))
        #expect(throws: (any Error).self) { try fixture.secrets(of: id, are: [field: Bodies.marker], for: before) }
    }

    @Test("are minded by a PATCH of the connection, which seals for where they lead")
    func patch() async throws {
        let acting = try await ActingFixture()
        let new = Bodies.marker + "-new"
        let patch = Bodies.openAI(name: nil, token: new)
        #expect(try await acting.fixture.send(.patch, Paths.connection(acting.id), body: patch).status == 200)
        #expect(
            try await acting.fixture.send(.patch, Paths.connection(acting.id), body: Bodies.rename("New")).status == 200
        )
        #expect(try await acting.act().status == 200)
        #expect(acting.upstream.received.first?["Authorization"]?.elementsEqual("Bearer \(new)") == true)
    }

    @Test("at the same time as other changes leave secrets that open")
    func together() async throws {
        let acting = try await ActingFixture()
        let other = try RunningUpstream()
        let fixture = acting.fixture
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<24 {
                let url = number % 4 == 0 ? acting.upstream.url : other.url
                group.addTask {
                    if number.isMultiple(of: 2) {
                        let body = Bodies.settings(#""base_url":"\#(url)","custom_domain":true"#)
                        return try await fixture.send(.put, Paths.settings(acting.id), body: body).status
                    }
                    let body = Bodies.openAI(name: nil, token: "\(Bodies.marker)-\(number)")
                    return try await fixture.send(.patch, Paths.connection(acting.id), body: body).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 24))
        #expect(try await acting.act().status == 200)
        let received = acting.upstream.received + other.received
        #expect(received.count == 1)
        #expect(received.first?["Authorization"]?.hasPrefix("Bearer \(Bodies.marker)-") == true)
    }

    @Test("stand in the audit log")
    func audited() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        for members in [#""base_url":"https://proxy.example.com""#, #""custom_domain":true"#, #""rate":1"#] {
            #expect(try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(members)).status == 200)
        }
        let events = try fixture.events().filter { $0["action"] == "connection_settings.update" }
        #expect(events.count == 3)
        #expect(events[0]["details"]?["destination"]?.text?.string.contains("proxy.example.com") == true)
        #expect(events[1]["details"]?["custom_domain"] == true)
        #expect(events[2]["details"]?["custom_domain"] == nil)
        let refused = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(#""rate":0"#))
        #expect(refused.status == 400)
        #expect(try fixture.events().filter { $0["action"] == "connection_settings.update" }.count == 3)
    }
}
