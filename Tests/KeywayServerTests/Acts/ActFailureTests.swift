import Access
import Documents
import HTTPServer
import KeywayServer
import SQLiteStorage
import Storage
import Testing
import UpstreamTesting

@Suite("An act that is refused")
struct ActRefusalTests {
    @Test("by the gate says that it is Keyway that refuses")
    func gate() async throws {
        let acting = try await ActingFixture()
        let fixture = acting.fixture
        var wrong = fixture.admin
        wrong.application = String(repeating: "0", count: 40)
        let callers = [
            wrong, try await fixture.member([.readOnly]), try await fixture.member([.standard], isRegistered: false),
            try await fixture.member([.standard], scopes: ["connections_read"]),
        ]
        for keys in callers {
            let answer = try await acting.act(as: keys)
            expectErrors(in: answer, status: 403)
            #expect(answer.keywayError == "forbidden")
        }
        let stranger = try await acting.act(as: try await fixture.stranger())
        expectErrors(in: stranger, status: 404)
        #expect(stranger.keywayError == "not_found")
        #expect(try await fixture.send(.get, Paths.act("x", "/"), as: fixture.admin).keywayError == "bad_request")
        #expect(acting.upstream.received.isEmpty)
        #expect(try acting.events().isEmpty)
    }

    @Test("by the connection's policy, which may leave a viewer the sight of it")
    func policy() async throws {
        let acting = try await ActingFixture()
        let fixture = acting.fixture
        let keys = try await fixture.member([.standard])
        func bind(_ relation: String) async throws {
            let policy = Bodies.policy([
                ("editor", ["user:\(fixture.admin.user)"]), (relation, ["user:\(keys.user)"]),
            ])
            #expect(try await fixture.send(.post, Paths.policy(acting.id), body: policy).status == 200)
        }
        try await bind("viewer")
        let refused = try await acting.act(as: keys)
        expectErrors(in: refused, status: 403)
        #expect(refused.keywayError == "forbidden")
        #expect(acting.upstream.received.isEmpty)
        try await bind("resolver")
        #expect(try await acting.act(as: keys).status == 200)
    }

    @Test(
        "says why, and that it is Keyway that says so",
        arguments: [
            ("http://127.0.0.1:1", 502, "upstream_unreachable"), ("http://10.1.2.3", 403, "egress_refused"),
            ("https://nobody.invalid", 424, "upstream_unreachable"),
        ]
    )
    func failures(_ baseURL: String, _ status: Int, _ code: String) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.http(baseURL: baseURL))
        let answer = try await fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        expectErrors(in: answer, status: status)
        #expect(answer.keywayError == code)
        #expect(answer.header("Keyway-Upstream-Status") == nil)
    }

    @Test("for a host that is not the integration's opens nothing")
    func destination() async throws {
        let fixture = try await Fixture()
        let credentials = #""type":"OktaAPIToken","api_token":"\#(Bodies.marker)","domain":"okta.example.com""#
        let id = try await fixture.create(Bodies.connection(type: "Okta", credentials: credentials))
        let answer = try await fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        expectErrors(in: answer, status: 403)
        #expect(answer.keywayError == "destination_refused")
        #expect(try fixture.events().allSatisfy { $0["action"] != "connection.act" })
    }

    @Test("because its secrets are sealed for another destination is a failure of the server, and is told of as one")
    func otherDestination() async throws {
        let fixture = try await Fixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.create(Bodies.openAI())
        let rate = Bodies.settings(#""concurrency":1"#)
        #expect(try await fixture.send(.put, Paths.settings(id), body: rate).status == 200)
        // Someone who can write the database turns the connection to a host of their own.
        let identifier = try #require(Identifier(id))
        let stored = try #require(try fixture.sqlite.stored(.connectionSettings, identifier, in: fixture.organization))
        let text = String(decoding: stored.record.document, as: UTF8.self)
        let members = #""attributes":{"base_url":"\#(upstream.url)","#
        let record = DocumentRecord(
            kind: .connectionSettings,
            id: identifier,
            organization: fixture.organization,
            owner: stored.record.owner,
            name: "",
            document: Array(text.replacing(#""attributes":{"#, with: members).utf8),
            documentVersion: 1
        )
        let change = Change([.updateDocument(record, expecting: stored.revision, sealed: nil)], event: nil)
        #expect(try await fixture.sqlite.commit(change) == .committed)
        for _ in 0..<2 {
            let answer = try await fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
            expectErrors(in: answer, status: 500)
            #expect(answer.keywayError == "failed")
        }
        #expect(upstream.received.isEmpty)
        let events = try fixture.events().filter { $0["action"] == "connection.act" }
        #expect(events.map { $0["details"]?["phase"] } == ["intent", "outcome", "intent", "outcome"])
        #expect(events.last?["details"]?["error"] == "failed")
    }
}
