import Documents
import HTTPServer
import KeywayServer
import Storage
import Synchronization
import Testing

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
