import Egress
import ActService
import Documents
import HTTPServer
import NetworkTypes
import Storage
import Synchronization
import Testing
import UpstreamTesting

@Suite("The sink of an act")
struct ActSinkTests {
    /// Room for one piece at a time.
    private final class Room: Sendable {
        private let state = Mutex((isFull: false, overruns: 0))

        /// The pieces that came while there was no room.
        var overruns: Int { state.withLock { $0.overruns } }

        func fill() {
            state.withLock { state in
                if state.isFull { state.overruns += 1 }
                state.isFull = true
            }
        }

        func empty() { state.withLock { $0.isFull = false } }
    }

    @Test(
        "takes a short response as a whole, and others as they come",
        arguments: [0, 1, 65_536, 65_537, 3_000_000]
    )
    func whole(_ count: Int) async throws {
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let fixture = try ActFixture()
        let upstream = try RunningUpstream { _ in Response(status: 200, body: body) }
        let response = await fixture.act(through: try await fixture.connect(to: upstream.url))
        #expect(response.status == 200)
        #expect(response.head?.upstreamStatus == 200)
        #expect(response.body == body)
        #expect(response.isStreamed == (count > 65_536))
        #expect(!response.isBrokenOff)
    }

    @Test("is given nothing further until it has room again")
    func room() async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let fixture = try ActFixture()
        let upstream = try RunningUpstream { _ in Response(status: 200, body: body) }
        let room = Room()
        let sink = CollectingSink { _, caller in
            room.fill()
            Task {
                room.empty()
                caller.hasRoom()
            }
            return false
        }
        let response = await fixture.act(through: try await fixture.connect(to: upstream.url), to: sink)
        #expect(response.body == body)
        #expect(room.overruns == 0)
    }

    @Test("ends an act by the caller who leaves while the response comes")
    func leavesMeanwhile() async throws {
        let fixture = try ActFixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.connect(to: upstream.url)
        let sink = CollectingSink { _, caller in
            caller.leaves()
            return true
        }
        async let acting = fixture.act(through: id, to: sink)
        let stream: BodyStream = try await upstream.next().stream(Response(status: 200), owner: CarelessOwner())
        _ = stream.write(Array("one".utf8))
        let response = await acting
        #expect(response.isBrokenOff)
        #expect(fixture.store.details.last?["error"] == "cancelled")
        #expect(fixture.metrics.current == 0)
    }

    @Test("ends an act by the caller who leaves before there is a response")
    func leavesBefore() async throws {
        let fixture = try ActFixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await fixture.connect(to: upstream.url)
        let sink = CollectingSink()
        async let acting = fixture.act(through: id, to: sink)
        // Dropped, it would be answered.
        let reply = try await upstream.next()
        sink.hangUp()
        #expect(await acting.error?.egressError == .cancelled)
        withExtendedLifetime(reply) {}
        #expect(fixture.store.details.last?["error"] == "cancelled")
        #expect(fixture.metrics.current == 0)
    }

    @Test("takes one error where an act can't begin")
    func unknown() async throws {
        let fixture = try ActFixture()
        let response = await fixture.act(through: ActFixture.ids.next())
        guard case .other(AccessError.noConnection) = try #require(response.error).cause else {
            Issue.record("there is another error")
            return
        }
        #expect(fixture.store.events.isEmpty)
    }

    @Test("says under which address links lead through its door")
    func links() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream { request in
            let origin = "http://" + (request.header("Host") ?? "")
            return Response(status: 200, headers: [.init(name: "Link", value: "<\(origin)/next?page=2>; rel=\"next\"")])
        }
        let id = try await fixture.connect(to: upstream.url)
        let response = await fixture.act(through: id)
        #expect(response.header("Link") == "<https://door.example/through/\(id)/next?page=2>; rel=\"next\"")
    }
}
