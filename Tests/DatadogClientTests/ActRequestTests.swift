@testable import DatadogClient
import Foundation
import Testing

@Suite("An act", .timeLimit(.minutes(10)))
struct ActRequestTests {
    @Test(
        "that can't be sent as it is goes nowhere",
        arguments: [
            ActRequest("", "/"), ActRequest("GET X", "/"), ActRequest("GET", "v1"), ActRequest("GET", "/a b"),
            ActRequest("GET", "/ü"), ActRequest("GET", "/a?b"), ActRequest("GET", "/a#b"), ActRequest("GET", "/%"),
            ActRequest("GET", "/%2"), ActRequest("GET", "/%zz"), ActRequest("GET", "/%+1"), ActRequest("GET", "/a/.."),
            ActRequest("GET", "/./a"), ActRequest("GET", "/a/%2E%2e/b"), ActRequest("GET", "/a/.%2e"),
            ActRequest("GET", "/a|b"), ActRequest("GET", "/", query: "a b"), ActRequest("GET", "/", query: "a=#"),
            ActRequest("GET", "/", query: "%x"), ActRequest("GET", "/", headers: [("A B", "c")]),
            ActRequest("GET", "/", headers: [("", "c")]), ActRequest("GET", "/", headers: [("A", "b\r\nC: d")]),
            ActRequest("GET", "/", headers: [("dd-api-key", "c")]), ActRequest("GET", "/", headers: [("Host", "c")]),
            ActRequest("GET", "/", headers: [("Keyway-Dry-Run", "true")]),
            ActRequest("GET", "/", headers: [("Content-Length", "0")]),
            ActRequest("GET", "/", headers: [("Transfer-Encoding", "chunked")]),
        ]
    )
    func unsendable(_ request: ActRequest) async {
        let transport = FakeTransport(headers: [("Keyway-Upstream-Status", "200")])
        let client = Client.faked(transport)
        #expect(throws: DatadogError.self) { try request.check() }
        for error in [
            await failure { try await client.connections.act(through: "x", request) },
            await failure { try await client.connections.streamAct(through: "x", request) },
            await failure { try await client.connections.plan(through: "x", request) },
        ] {
            #expect(error?.code == .configuration)
        }
        #expect(await transport.requests.isEmpty)
    }

    @Test(
        "that got no answer, or an error of Keyway's own, is not sent again",
        arguments: ["GET", "POST", "PUT", "DELETE"],
        [400, 403, 500, 502, 503, 504]
    )
    func notRepeated(_ method: String, _ status: Int) async {
        let answering = FakeTransport(status: status, headers: [("Keyway-Error", "upstream_timeout")])
        let client = Client.faked(answering, retries: .standard)
        let error = await failure { try await client.connections.act(through: "x", ActRequest(method, "/")) }
        #expect(error?.actError == .upstreamTimeout)
        #expect(await answering.requests.count == 1)

        for reason in [TransportError.Reason.lost, .timedOut, .other] {
            let breaking = FakeTransport { _, _ in throw TransportError(reason, "broken") }
            let client = Client.faked(breaking, retries: .standard)
            let error = await failure { try await client.connections.act(through: "x", ActRequest(method, "/")) }
            #expect(error?.code == .transport)
            #expect(await breaking.requests.count == 1)
            #expect(await breaking.requests.first?.isRepeatable == false)
        }
    }

    @Test("is sent again where nothing was sent on, as the policy has it", arguments: ["GET", "POST"])
    func repeated(_ method: String) async throws {
        let clock = SkippingClock()
        let transport = FakeTransport { _, attempt in
            switch attempt {
            case 0: throw TransportError(.refused, "refused")
            case 1:
                let headers = [(name: "Keyway-Error", value: "too_many_acts"), (name: "Retry-After", value: "7")]
                return TransportResponse(status: 429, headers: headers)
            default: return TransportResponse(status: 201, headers: [("Keyway-Upstream-Status", "201")])
            }
        }
        let client = Client.faked(transport, retries: .standard, clock: clock)
        #expect(try await client.connections.act(through: "x", ActRequest(method, "/")).status == 201)
        #expect(clock.sleeps == [.seconds(2), .seconds(7)])

        let refusing = FakeTransport(status: 429, headers: [("Keyway-Error", "too_many_acts")])
        let error = await failure {
            try await Client.faked(refusing).connections.act(through: "x", ActRequest(method, "/"))
        }
        #expect(error?.actError == .tooManyActs)
        #expect(await refusing.requests.count == 1)
    }

    @Test("waits for longer than Keyway waits for a third party, unless it says otherwise")
    func timeout() async throws {
        let transport = FakeTransport(headers: [("Keyway-Upstream-Status", "200")])
        let client = Client.faked(transport)
        var request = ActRequest("GET", "/")
        _ = try await client.connections.act(through: "x", request)
        request.timeout = .seconds(5)
        _ = try await client.connections.act(through: "x", request)
        #expect(await transport.requests.map(\.timeout) == [.seconds(150), .seconds(5)])
    }

    @Test("is not taken for answered by a server that knows no acts")
    func otherServer() async {
        let client = Client.faked(FakeTransport(status: 200, "{}"))
        let error = await failure { try await client.connections.act(through: "x", ActRequest("GET", "/")) }
        #expect(error?.code == .decoding)
    }

    @Test("adds parameters to its query, percent-encoded")
    func query() {
        var request = ActRequest("GET", "/")
        request.addQuery("a b", "ü&=")
        request.addQuery("c", "")
        #expect(request.query == "a%20b=%C3%BC%26%3D&c=")
        #expect(throws: Never.self) { try request.check() }
    }

    @Test("does not show what it carries")
    func redacted() {
        let request = ActRequest("POST", "/marker", headers: [("A", "marker")], body: Data("marker".utf8))
        var text = "\(request)\(request.debugDescription)"
        dump(request, to: &text)
        #expect(!text.contains("marker"))
    }
}
