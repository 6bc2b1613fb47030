import Access
import ActService
import Documents
import HTTPServer
import NetworkTypes
import Testing
import UpstreamTesting

@testable import AgentTools

@Suite("A response that is too long to be returned at once")
struct KeptResponseTests {
    /// 100,000 lines of umlauts, so that characters lie across every place at which it may be cut.
    private static let text = (0..<20_000).map { "\($0) äöü€𝄞\n" }.joined()

    private static func upstream(_ type: String, _ body: [UInt8]) throws -> RunningUpstream {
        try RunningUpstream { _ in
            Response(status: 200, headers: [.init(name: "Content-Type", value: type)], body: body)
        }
    }

    @Test("is read on by cursors, whole, and without acting again", arguments: [1_000, 16_384, 65_536])
    func readOn(_ count: Int) async throws {
        let fixture = try AgentFixture()
        let upstream = try Self.upstream("text/plain", Array(Self.text.utf8))
        let id = try await fixture.connect(to: upstream.url)
        var answer = await fixture.call(
            "act",
            #""connection_id":"\#(id)","method":"GET","path":"/","response_bytes":\#(count)"#
        )
        #expect(answer.data["body"]?["bytes"] == .integer(Int64(Self.text.utf8.count)))
        var read = answer.texts.last ?? ""
        var steps = 0
        while let cursor = answer.cursor, steps < 1_000 {
            answer = await fixture.call("act", #""cursor":"\#(cursor)","response_bytes":\#(count)"#)
            read += answer.texts.last ?? ""
            steps += 1
        }
        // Not by #expect on the texts, which a failure would print.
        let isWhole = read == Self.text
        #expect(isWhole)
        #expect(steps > 1)
        #expect(upstream.received.count == 1)
        #expect(fixture.store.events == 2)
    }

    @Test("is its caller's alone, and out of reach where the caller may not act any more")
    func confidential() async throws {
        let fixture = try AgentFixture()
        let upstream = try Self.upstream("text/plain", Array(Self.text.utf8))
        let id = try await fixture.connect(to: upstream.url)
        let answer = await fixture.call("act", #""connection_id":"\#(id)","method":"GET","path":"/""#)
        let cursor = try #require(answer.cursor)
        let other = try AgentFixture.actor("other", in: fixture.admin.principal.organization)
        #expect(await fixture.call("act", #""cursor":"\#(cursor)""#, as: other).isError)
        #expect(await fixture.ask("resources/list", as: other).result?["resources"] == [])
        #expect(await !fixture.call("act", #""cursor":"\#(cursor)""#).isError)
        fixture.store.restrict(id, to: AgentFixture.ids.next())
        #expect(await fixture.call("act", #""cursor":"\#(cursor)""#).isError)
    }

    @Test("is a link to a resource where it is not text")
    func binary() async throws {
        let fixture = try AgentFixture()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let upstream = try Self.upstream("image/png", bytes)
        let id = try await fixture.connect(to: upstream.url)
        let answer = await fixture.call("act", #""connection_id":"\#(id)","method":"GET","path":"/""#)
        let link = try #require(answer.blocks.last)
        #expect(link["type"] == "resource_link")
        #expect(link["mimeType"] == "image/png")
        #expect(link["size"] == 100_000)
        let address = try #require(link["uri"]?.text?.string)
        let read = await fixture.ask("resources/read", #""uri":"\#(address)""#, naming: address)
        guard case .array(let contents)? = read.result?["contents"] else {
            Issue.record("there is no content")
            return
        }
        let blob = try #require(contents.first?["blob"]?.text?.string)
        let isWhole = blob.utf8.count == (bytes.count + 2) / 3 * 4
        #expect(isWhole)
        #expect(upstream.received.count == 1)
        let gone = await fixture.ask(
            "resources/read",
            #""uri":"keyway://responses/\#(String(repeating: "0", count: 32))""#,
            naming: "keyway://responses/\(String(repeating: "0", count: 32))"
        )
        #expect(gone.code == -32_602)
    }

    @Test("is not text where its bytes are none, whatever its type says")
    func mistyped() async throws {
        let fixture = try AgentFixture()
        let upstream = try Self.upstream("application/json", [0x7B, 0xFF, 0x00, 0x7D])
        let id = try await fixture.connect(to: upstream.url)
        let answer = await fixture.call("act", #""connection_id":"\#(id)","method":"GET","path":"/""#)
        #expect(answer.blocks.last?["type"] == "resource_link")
    }
}

@Suite("The memory for responses")
struct KeptResponsesTests {
    private let organization = AgentFixture.ids.next()
    private let connection = AgentFixture.ids.next()

    private func keep(_ count: Int, in kept: KeptResponses, for actor: Actor, now: UInt64 = 1) -> (String, Bool) {
        let id = kept.begin("text/plain", isText: true, of: connection, for: actor, now: now)
        return (id, kept.append([UInt8](repeating: 0x61, count: count), to: id))
    }

    @Test("is bounded, and a caller who wants more loses their own oldest")
    func bounded() throws {
        let kept = KeptResponses(limits: .init(bytes: 1_000_000, bytesEach: 200_000))
        let greedy = try AgentFixture.actor("greedy", in: organization)
        let modest = try AgentFixture.actor("modest", in: organization)
        let (first, _) = keep(100_000, in: kept, for: modest)
        for _ in 0..<50 {
            let (_, isKept) = keep(150_000, in: kept, for: greedy)
            #expect(isKept)
            #expect(kept.memory <= 1_000_000)
        }
        #expect(kept.count(of: first) == 100_000)
        #expect(kept.listings(for: greedy, now: 1).count >= 4)
    }

    @Test("takes no body beyond its bound")
    func tooLong() throws {
        let kept = KeptResponses(limits: .init(bytes: 1_000_000, bytesEach: 200_000))
        let actor = try AgentFixture.actor("one", in: organization)
        let (id, isKept) = keep(200_000, in: kept, for: actor)
        #expect(isKept)
        #expect(!kept.append([1], to: id))
        #expect(kept.count(of: id) == 200_000)
    }

    @Test("is free again after five minutes")
    func expired() throws {
        let kept = KeptResponses()
        let actor = try AgentFixture.actor("one", in: organization)
        let (id, _) = keep(100_000, in: kept, for: actor, now: 1)
        let place = KeptResponses.Place(id: id, offset: 99_990)
        #expect(kept.piece(at: place, 100, for: actor, now: 299_999_999_999)?.bytes.count == 10)
        #expect(kept.piece(at: place, 100, for: actor, now: 300_000_000_001) == nil)
        #expect(kept.memory == 0)
    }

    @Test("gives parts that end with whole characters", arguments: 1...9)
    func characters(_ count: Int) throws {
        let text = "aä€𝄞z"
        let kept = KeptResponses()
        let actor = try AgentFixture.actor("one", in: organization)
        let id = kept.begin("text/plain", isText: true, of: connection, for: actor)
        #expect(kept.append(Array(text.utf8), to: id))
        var read = ""
        var place: KeptResponses.Place? = .init(id: id, offset: 0)
        while let next = place, let piece = kept.piece(at: next, count, for: actor) {
            read += String(decoding: piece.bytes, as: UTF8.self)
            place = piece.end
        }
        // Of less than the longest character, some is lost; it goes on all the same.
        if count >= 4 { #expect(read == text) }
        #expect(place == nil)
    }

    @Test(
        "is reached by cursors alone that are well-formed",
        arguments: ["", ".", "a.1", "\(String(repeating: "0", count: 32)).-1"]
    )
    func cursors(_ cursor: String) {
        #expect(KeptResponses.Place(cursor) == nil)
    }
}

@Suite("The kind of a body")
struct BodyKindTests {
    @Test(
        "is text by its type",
        arguments: [
            ("text/plain", true), ("application/json; charset=utf-8", true), ("application/vnd.api+json", true),
            ("application/xml", true), ("", true), ("image/png", false), ("application/octet-stream", false),
            ("application/zip", false), ("nonsense", false),
        ]
    )
    func types(_ type: String, _ mayBeText: Bool) {
        let headers = type.isEmpty ? [] : [HeaderField(name: "Content-Type", value: type)]
        #expect(BodyKind(headers).mayBeText == mayBeText)
    }

    @Test("is text by its bytes, even where its last character is cut")
    func bytes() {
        #expect(BodyKind.isText(Array("äöü".utf8.dropLast())))
        #expect(BodyKind.isText([]))
        #expect(!BodyKind.isText([0x61, 0xFF]))
        #expect(!BodyKind.isText([0x80, 0x61]))
        #expect(!BodyKind.isText([0x61, 0]))
    }
}
