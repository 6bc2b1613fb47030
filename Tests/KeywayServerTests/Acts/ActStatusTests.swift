import Documents
import HTTPServer
import KeywayServer
import Storage
import Testing
import UpstreamTesting

@Suite("The status of an act's error")
struct ActStatusTests {
    @Test("is 429 beyond a limit, with the time to come again")
    func limit() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        _ = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(#""concurrency":1"#))
        async let first = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        let reply = try await upstream.next()
        let refused = try await fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        expectErrors(in: refused, status: 429)
        #expect(refused.keywayError == "too_many_acts")
        #expect(refused.header("Retry-After") == "1")
        reply.send(Response(status: 200))
        #expect(try await first.status == 200)
    }

    @Test("is 429 beyond a rate as well")
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
    }

    @Test("is 503 while the audit log can't be written, and no reason of the store's is told")
    func unrecorded() async throws {
        let acting = try await ActingFixture()
        for failure in [StoreError.unavailable("no space left"), .corrupt("page 7")] {
            acting.fixture.store.set { $0.commitFailure = failure }
            let answer = try await acting.act()
            expectErrors(in: answer, status: 503)
            #expect(answer.keywayError == "audit_unavailable")
            #expect(!answer.text.contains("no space left"))
            #expect(try await acting.fixture.send(.post, Paths.test(acting.id), as: acting.fixture.admin).status == 503)
        }
    }

    @Test("stands in a response that the audit log's events name")
    func requestID() async throws {
        let acting = try await ActingFixture()
        let answer = try await acting.act()
        let events = try acting.events()
        #expect(events.count == 2)
        #expect(events.allSatisfy { $0["request_id"]?.text?.string == answer.requestID })
    }
}
