import Documents
import HTTPServer
import KeywayServer
import NetworkTypes
import Testing
import UpstreamTesting

@Suite("The answer to an act")
struct ActAnswerTests {
    @Test(
        "is the third party's, its request id as well",
        arguments: [200, 201, 400, 401, 403, 404, 418, 429, 500, 503]
    )
    func passedOn(_ status: Int) async throws {
        let acting = try await ActingFixture { _ in
            Response(
                status: status,
                headers: [
                    .init(name: "Content-Type", value: "text/x"), .init(name: "X-Request-Id", value: "theirs"),
                    .init(name: "Keyway-Error", value: "forged"), .init(name: "Set-Cookie", value: "a=b"),
                    .init(name: "X-RateLimit-Limit", value: "7"),
                ],
                body: Array("answer \(status)".utf8)
            )
        }
        let answer = try await acting.act()
        #expect(answer.status == status)
        #expect(answer.text == "answer \(status)")
        #expect(answer.header("Content-Type") == "text/x")
        #expect(answer.header("Keyway-Upstream-Status") == "\(status)")
        #expect(answer.header("Keyway-Upstream-Time")?.wholeMatch(of: /[0-9]+\.[0-9]{3}/) != nil)
        #expect(answer.headers.filter { $0.name == "Keyway-Request-Id" }.count == 1)
        #expect(answer.header("Keyway-Request-Id") != "theirs")
        #expect(answer.requestID == "theirs")
        #expect(answer.header("X-Content-Type-Options") == "nosniff")
        #expect(answer.header("Content-Security-Policy") == "sandbox; default-src 'none'")
        #expect(answer.headers.filter { $0.name == "X-Request-Id" }.count == 1)
        // Limits are the third party's own, and no second set of ours.
        #expect(answer.headers.filter { $0.name.hasPrefix("X-RateLimit-") }.map(\.value) == ["7"])
        #expect(answer.keywayError == nil)
        #expect(answer.header("Set-Cookie") == nil)
        #expect(acting.upstream.received.count == 1)
    }

    @Test("masks the secret in headers and body, and is counted")
    func masked() async throws {
        let acting = try await ActingFixture { _ in
            Response(
                status: 200,
                headers: [.init(name: "X-Echo", value: Bodies.marker), .init(name: "X-\(Bodies.marker)", value: "1")],
                body: Array("a \(Bodies.marker) b \(Bodies.marker) c".utf8)
            )
        }
        let answer = try await acting.act()
        #expect(answer.text == "a [keyway:redacted] b [keyway:redacted] c")
        #expect(answer.header("X-Echo") == "[keyway:redacted]")
        #expect(!answer.headers.contains { $0.name.lowercased().contains(Bodies.marker) })
        #expect(try acting.events().last?["details"]?["masked"] == 2)
        let metrics = try MetricsText(parsing: acting.fixture.service.metrics.text())
        #expect(metrics.value("keyway_secrets_masked_total") == 2)
    }

    @Test("that names what was created keeps its Location")
    func created() async throws {
        let acting = try await ActingFixture { _ in
            Response(status: 201, headers: [.init(name: "Location", value: "/v1/things/1")])
        }
        #expect(try await acting.act(.post).header("Location") == "/v1/things/1")
    }

    @Test("to HEAD has the length of an answer to GET, and no body")
    func head() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        for (length, name, value) in [(12_345, "Content-Length", "12345"), (nil, "Transfer-Encoding", "chunked")] {
            async let acting = fixture.send(.head, Paths.act(id, "/"), as: fixture.admin)
            let stream: BodyStream = try await upstream.next().stream(
                Response(status: 200),
                length: length,
                owner: CarelessOwner()
            )
            stream.finish()
            let answer = try await acting
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
            #expect(answer.header(name) == value)
            #expect(try fixture.events().last?["details"]?["error"] == nil)
        }
    }

    @Test("without a body has none", arguments: [204, 304])
    func withoutBody(_ status: Int) async throws {
        let acting = try await ActingFixture { _ in Response(status: status) }
        let answer = try await acting.act()
        #expect(answer.status == status)
        #expect(answer.body.isEmpty)
        #expect(answer.header("Transfer-Encoding") == nil)
    }

    @Test("is whole where it is short, and streamed where it is not", arguments: [0, 1, 65_536, 65_537, 3_000_000])
    func length(_ count: Int) async throws {
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let acting = try await ActingFixture { _ in Response(status: 200, body: body) }
        let answer = try await acting.act()
        #expect(answer.status == 200)
        #expect(answer.body == body)
        #expect(answer.header("Transfer-Encoding") == (count > 65_536 ? "chunked" : nil))
        #expect(answer.requestID != nil)
        #expect(try acting.events().last?["details"]?["bytes"] == (count == 0 ? nil : .integer(Int64(count))))
    }

    @Test("of unknown length is streamed")
    func chunked() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        async let acting = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        let stream: BodyStream = try await upstream.next().stream(Response(status: 200), owner: CarelessOwner())
        for piece in ["one ", "two ", "three"] { _ = stream.write(Array(piece.utf8)) }
        stream.finish()
        let answer = try await acting
        #expect(answer.text == "one two three")
        #expect(answer.header("Transfer-Encoding") == "chunked")
        #expect(answer.header("X-Content-Type-Options") == "nosniff")
    }

    @Test("that breaks off early has the third party's status nevertheless, as the act may have been done")
    func brokenShort() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        async let acting = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        try await upstream.next().sendBroken(Array("half of".utf8), of: 20)
        let answer = try await acting
        #expect(answer.status == 200)
        #expect(answer.keywayError == nil)
        #expect(answer.header("Keyway-Upstream-Status") == "200")
        #expect(answer.text.hasSuffix(DirectReply.brokenOff))
        #expect(try fixture.events().last?["details"]?["error"] != nil)
    }

    @Test("that breaks off later is broken off")
    func brokenLong() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url))
        async let acting = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        try await upstream.next().sendBroken(Array("half of".utf8), of: 200_000)
        let answer = try await acting
        #expect(answer.status == 200)
        #expect(answer.text.hasSuffix(DirectReply.brokenOff))
        let details = try fixture.events().last?["details"]
        #expect(details?["phase"] == "outcome")
        #expect(details?["status"] == 200)
        #expect(details?["error"] != nil)
    }
}
