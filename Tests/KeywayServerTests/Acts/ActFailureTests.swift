import Access
import Documents
import HTTPServer
import KeywayServer
import Storage
import Synchronization
import Testing

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
            ("http://127.0.0.1:1", "", 502, "upstream_unreachable"), ("http://10.1.2.3", "", 403, "egress_refused"),
            ("https://nobody.invalid", "", 502, "upstream_unreachable"),
            ("http://127.0.0.1:1", #"[{"name":"X-A","value":"{{ unknown }}"}]"#, 409, "not_configured"),
        ]
    )
    func failures(_ baseURL: String, _ headers: String, _ status: Int, _ code: String) async throws {
        let fixture = try await Fixture()
        let members = headers.isEmpty ? [:] : ["headers": headers]
        let id = try await fixture.create(Bodies.http(baseURL: baseURL, members))
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
}

@Suite("The audit log of an act")
struct ActAuditTests {
    @Test("has the intent before the third party hears of it, and the outcome after")
    func order() async throws {
        let seen = Mutex<[JSONValue]>([])
        let directory = Mutex("")
        let acting = try await ActingFixture { _ in
            let events = try? auditEvents(in: directory.withLock { $0 })
            seen.withLock { $0 = events?.filter { $0["action"] == "connection.act" } ?? [] }
            return Response(status: 202, body: Array("12345".utf8))
        }
        directory.withLock { $0 = acting.fixture.directory.path }
        let answer = try await acting.act(.post, "/a/b?token=hidden&x")
        let intents = seen.withLock { $0 }
        #expect(intents.map { $0["details"]?["phase"] } == ["intent"])
        let events = try acting.events()
        #expect(events.count == 2)
        #expect(events.allSatisfy { $0["request_id"]?.text?.string == answer.requestID })
        let intent = try #require(events.first?["details"])
        #expect(intent["method"] == "POST")
        #expect(intent["origin"]?.text?.string == acting.upstream.url)
        #expect(intent["path"] == "/a/b")
        #expect(intent["query"] == ["token", "x"])
        let outcome = try #require(events.last?["details"])
        #expect(outcome["phase"] == "outcome")
        #expect(outcome["status"] == 202)
        #expect(outcome["bytes"] == 5)
        #expect(!events.contains { $0.compact.contains("hidden") || $0.compact.contains(Bodies.marker) })
    }

    @Test("names the rule that lets it pass, or what would refuse it")
    func rules() async throws {
        let acting = try await ActingFixture(settings: #","rules":[{"name":"only","paths":["/a"]}]"#)
        _ = try await acting.act(.get, "/a")
        #expect(try acting.events().first?["details"]?["rule"] == "only")
        try await acting.set(#""mode":"observe","rules":[{"name":"only","paths":["/a"]}]"#)
        #expect(try await acting.act(.get, "/b").status == 200)
        let intent = try #require(try acting.events().dropLast().last?["details"])
        #expect(intent["would_refuse"]?.text?.string.contains("only") == true)
        let metrics = try MetricsText(parsing: acting.fixture.service.metrics.text())
        #expect(metrics.value("keyway_acts_total", ["integration": "OpenAI", "outcome": "rule_observed"]) == 1)
        #expect(metrics.value("keyway_acts_total", ["integration": "OpenAI", "outcome": "answered"]) == 2)
    }

    @Test("that can't be written keeps everything from happening")
    func unavailable() async throws {
        let acting = try await ActingFixture(settings: #","concurrency":1"#)
        for failure in [StoreError.unavailable("no space left"), .corrupt("page 7")] {
            acting.fixture.store.set { $0.commitFailure = failure }
            let answer = try await acting.act()
            expectErrors(in: answer, status: 503)
            #expect(answer.keywayError == "audit_unavailable")
            #expect(!answer.text.contains("no space left"))
            #expect(try await acting.fixture.send(.post, Paths.test(acting.id), as: acting.fixture.admin).status == 503)
        }
        #expect(acting.upstream.received.isEmpty)
        acting.fixture.store.set { $0.commitFailure = nil }
        #expect(try await acting.act().status == 200)
    }
}

@Suite("The limits of acts")
struct ActLimitTests {
    private func isFree(_ fixture: Fixture, _ id: String, _ path: String) async throws -> Bool {
        try await fixture.send(.get, Paths.act(id, path), as: fixture.admin).status != 429
    }

    @Test("refuse who comes while another act goes on, and tell when to come again")
    func concurrency() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        _ = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(#""concurrency":1"#))
        async let first = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        let reply = try await upstream.next()
        for path in [Paths.act(id, "/"), Paths.act(id, "/other")] {
            let refused = try await fixture.send(.get, path, as: fixture.admin)
            expectErrors(in: refused, status: 429)
            #expect(refused.keywayError == "too_many_acts")
            #expect(refused.header("Retry-After") == "1")
        }
        #expect(upstream.waiting == 0)
        reply.send(Response(status: 200))
        #expect(try await first.status == 200)
        async let second = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        try await upstream.next().send(Response(status: 200))
        #expect(try await second.status == 200)
        #expect(try fixture.events().filter { $0["action"] == "connection.act" }.count == 4)
    }

    @Test("refuse what is too fast")
    func rate() async throws {
        let acting = try await ActingFixture(settings: #","rate":1"#)
        // All at once, so that some are refused however slow the machine is.
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await acting.act() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let refused = answers.filter { $0.status != 200 }
        #expect(!refused.isEmpty)
        for answer in refused {
            expectErrors(in: answer, status: 429)
            #expect(answer.keywayError == "too_many_acts")
            #expect(answer.header("Retry-After") == "1")
        }
        #expect(acting.upstream.received.count == 20 - refused.count)
        #expect(!acting.upstream.received.isEmpty)
        try await Task.sleep(for: .milliseconds(1_100))
        #expect(try await acting.act().status == 200)
    }

    @Test("count an act no more once it has failed, however it did")
    func freed() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        // Refused, unreachable, and without what the exchange needs.
        for body in [
            Bodies.http(baseURL: "http://10.1.2.3"), Bodies.http(baseURL: "http://127.0.0.1:1"),
            Bodies.aws(),
        ] {
            let id = try await fixture.create(body)
            let settings = Bodies.settings(#""concurrency":1"#)
            #expect(try await fixture.send(.put, Paths.settings(id), body: settings).status == 200)
            // AWS' paths name a service and a region; whoever assumes roles has no credentials here.
            for _ in 0..<3 { #expect(try await isFree(fixture, id, "/sts/us-east-1/")) }
            for _ in 0..<2 {
                #expect(try await fixture.send(.post, Paths.test(id), as: fixture.admin).status != 429)
            }
        }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        _ = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(#""concurrency":1"#))
        // Broken off before and after the answer began; then whole.
        for length in [20, 200_000] {
            async let broken = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
            try await upstream.next().sendBroken([1, 2, 3], of: length)
            _ = try await broken
        }
        async let last = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        try await upstream.next().send(Response(status: 200))
        #expect(try await last.status == 200)
        let metrics = try MetricsText(parsing: fixture.service.metrics.text())
        #expect(metrics.value("keyway_acts_in_flight") == 0)
    }
}
