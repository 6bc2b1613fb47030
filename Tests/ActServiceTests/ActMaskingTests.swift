import Egress
import ActService
import Documents
import HTTPServer
import NetworkTypes
import Testing
import UpstreamTesting

@Suite("A secret in the response to an act")
struct ActMaskingTests {
    private static let mask = "[keyway:redacted]"

    @Test("is masked in headers and body, and counted")
    func masked() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream { _ in
            Response(
                status: 200,
                headers: [
                    .init(name: "X-Echo", value: ActFixture.marker),
                    .init(name: "X-\(ActFixture.marker)", value: "1"),
                ],
                body: Array("a \(ActFixture.marker) b \(ActFixture.marker) c".utf8)
            )
        }
        let response = await fixture.act(through: try await fixture.connect(to: upstream.url))
        #expect(response.text == "a \(Self.mask) b \(Self.mask) c")
        #expect(response.header("X-Echo") == Self.mask)
        #expect(response.head?.headers.contains { $0.name.lowercased().contains(ActFixture.marker) } == false)
        #expect(fixture.store.details.last?["masked"] == 2)
        #expect(fixture.metrics.maskedCount == 2)
        let received = try #require(upstream.received.first)
        #expect(received["Authorization"]?.elementsEqual("Bearer \(ActFixture.marker)") == true)
    }

    @Test("is masked in a stream, wherever its pieces part")
    func streamed() async throws {
        let fixture = try ActFixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.connect(to: upstream.url)
        async let acting = fixture.act(through: id)
        let stream: BodyStream = try await upstream.next().stream(Response(status: 200), owner: CarelessOwner())
        let text = "one \(ActFixture.marker) two"
        for byte in text.utf8 { _ = stream.write([byte]) }
        stream.finish()
        let response = await acting
        #expect(response.isStreamed)
        #expect(response.text == "one \(Self.mask) two")
    }

    @Test("is masked in what is left of a response that breaks off")
    func brokenOff() async throws {
        let fixture = try ActFixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.connect(to: upstream.url)
        async let acting = fixture.act(through: id)
        try await upstream.next().sendBroken(Array("a \(ActFixture.marker) b".utf8), of: 200_000)
        let response = await acting
        #expect(response.isBrokenOff)
        #expect(!response.text.contains(ActFixture.marker))
        #expect(fixture.store.details.last?["error"] != nil)
    }
}
