import Documents
import HTTPServer
import KeywayServer
import Testing

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
            // AWS' paths name a service and a region; integrations that assume roles have no credentials here.
            for _ in 0..<3 { #expect(try await isFree(fixture, id, "/sts/us-east-1/")) }
            for _ in 0..<2 {
                #expect(try await fixture.send(.post, Paths.test(id), as: fixture.admin).status != 429)
            }
        }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        _ = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(#""concurrency":1"#))
        // Broken off before and after the response began; then whole.
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
