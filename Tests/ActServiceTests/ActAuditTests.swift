import Connections
import Acting
import Access
import ActService
import Documents
import HTTPServer
import Storage
import Synchronization
import Testing
import UpstreamTesting

@Suite("The audit log of an act")
struct ActAuditTests {
    @Test("has the intent before the third party hears of it, and the outcome after")
    func order() async throws {
        let fixture = try ActFixture()
        let seen = Mutex<[JSONValue]>([])
        let upstream = try RunningUpstream { [store = fixture.store] _ in
            seen.withLock { $0 = store.details }
            return Response(status: 202, body: Array("12345".utf8))
        }
        let id = try await fixture.connect(to: upstream.url)
        let response = await fixture.act("POST", "/a/b", query: "token=hidden&x", through: id)
        #expect(response.status == 202)
        #expect(seen.withLock { $0 }.map { $0["phase"] } == ["intent"])
        let events = fixture.store.events
        #expect(events.count == 2)
        #expect(events.allSatisfy { $0.requestID == fixture.actor.requestID && $0.resource == id })
        let intent = try #require(fixture.store.details.first)
        #expect(intent["method"] == "POST")
        #expect(intent["origin"]?.text?.string == upstream.url)
        #expect(intent["path"] == "/a/b")
        #expect(intent["query"] == ["token", "x"])
        let outcome = try #require(fixture.store.details.last)
        #expect(outcome["phase"] == "outcome")
        #expect(outcome["status"] == 202)
        #expect(outcome["bytes"] == 5)
        for details in fixture.store.details {
            let text = String(decoding: JSONWriter.bytes(of: details), as: UTF8.self)
            #expect(!text.contains("hidden") && !text.contains(ActFixture.marker))
        }
    }

    @Test("that can't be written keeps everything from happening")
    func unavailable() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: #""concurrency":1,"probe_path":"/""#)
        for failure in [StoreError.unavailable("no space left"), .corrupt("page 7")] {
            fixture.store.refuse(with: failure)
            #expect(await fixture.act(through: id).error?.isUnrecorded == true)
            await #expect(throws: ActError.self) { try await fixture.acts.test(id, by: fixture.actor) }
        }
        #expect(upstream.received.isEmpty)
        #expect(fixture.count("audit_unavailable") == 4)
        fixture.store.refuse(with: nil)
        #expect(await fixture.act(through: id).status == 200)
    }

    @Test("tells what a test found")
    func test() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream { _ in Response(status: 401) }
        let id = try await fixture.connect(to: upstream.url, settings: #""probe_path":"/me""#)
        #expect(try await fixture.acts.test(id, by: fixture.actor).verdict.outcome == .invalid)
        #expect(fixture.store.events.map(\.action) == ["connection.test", "connection.test"])
        #expect(fixture.store.details.last?["result"] == "invalid")
        #expect(fixture.count("invalid") == 1)
    }
}
