import Connections
import Acting
import ActService
import Documents
import HTTPServer
import Testing
import UpstreamTesting

@Suite("The limits of acts")
struct ActLimitTests {
    @Test("refuse who comes while another act goes on")
    func concurrency() async throws {
        let fixture = try ActFixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.connect(to: upstream.url, settings: #""concurrency":1"#)
        async let first = fixture.act(through: id)
        let reply = try await upstream.next()
        for path in ["/", "/other"] {
            #expect(await fixture.act("GET", path, through: id).error?.isLimit == true)
        }
        #expect(upstream.waiting == 0)
        reply.send(Response(status: 200))
        #expect(await first.status == 200)
        async let second = fixture.act(through: id)
        try await upstream.next().send(Response(status: 200))
        #expect(await second.status == 200)
        #expect(fixture.store.events.count == 4)
        #expect(fixture.count("too_many_acts") == 2)
    }

    @Test("refuse what is too fast")
    func rate() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: #""rate":1"#)
        // All at once, so that some are refused however slow the machine is.
        let responses = await withTaskGroup(of: CollectedResponse.self) { group in
            for _ in 0..<20 { group.addTask { await fixture.act(through: id) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let refused = responses.filter { $0.error?.isLimit == true }
        #expect(!refused.isEmpty)
        #expect(upstream.received.count == 20 - refused.count)
        #expect(!upstream.received.isEmpty)
        try await Task.sleep(for: .milliseconds(1_100))
        #expect(await fixture.act(through: id).status == 200)
    }

    @Test(
        "count an act no more once it has failed: refused, unreachable, or without what the exchange needs",
        arguments: [
            ActFixture.http(baseURL: "http://10.1.2.3"), ActFixture.http(baseURL: "http://127.0.0.1:1"),
            #"{"type":"AWS","credentials":{"type":"AWSAssumeRole","account_id":"123456789012","role":"deploy"}}"#,
        ]
    )
    func freed(_ integration: String) async throws {
        let fixture = try ActFixture()
        let id = ActFixture.ids.next()
        try await fixture.store(id, integration, #""concurrency":1,"probe_path":"/sts/us-east-1/""#)
        for _ in 0..<3 {
            // The paths of AWS name a service and a region; roles can't be assumed without credentials of Keyway's own.
            let response = await fixture.act("GET", "/sts/us-east-1/", through: id)
            #expect(response.error?.isLimit == false)
            #expect(try await fixture.acts.test(id, by: fixture.actor).verdict.outcome == .unreachable)
        }
        #expect(fixture.metrics.current == 0)
    }

    @Test("count an act no more once its response has ended, broken off or whole")
    func ended() async throws {
        let fixture = try ActFixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.connect(to: upstream.url, settings: #""concurrency":1"#)
        for length in [20, 200_000] {
            async let broken = fixture.act(through: id)
            try await upstream.next().sendBroken([1, 2, 3], of: length)
            #expect(await broken.isBrokenOff)
        }
        async let last = fixture.act(through: id)
        try await upstream.next().send(Response(status: 200))
        #expect(await last.status == 200)
        #expect(fixture.metrics.current == 0)
    }
}
