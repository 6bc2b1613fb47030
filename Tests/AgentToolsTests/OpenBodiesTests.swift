import Documents
import NetworkTypes
import Synchronization
import Testing

@testable import ActService
@testable import AgentTools

@Suite("A body that keeps coming")
struct OpenBodiesTests {
    /// Keeps the responses to a message.
    private final class KeptReply: DoorReply {
        private let responses = Mutex<[DoorResponse]>([])

        var answers: [AgentAnswer] { responses.withLock { $0 }.map(AgentAnswer.init) }

        func whenCallerLeaves(_: @escaping @Sendable () -> Void) {}

        func send(_ response: DoorResponse) { responses.withLock { $0.append(response) } }
    }

    private let bodies = OpenBodies()
    private let reply = KeptReply()
    private static let second: UInt64 = 1_000_000_000

    private func body() throws -> AgentActBody {
        let fixture = try AgentFixture()
        let call = ToolCall(
            arguments: .object([]),
            connection: nil,
            actor: fixture.admin,
            responder: Responder(id: 1, version: .modern, identity: .object([])),
            core: fixture.core,
            kept: KeptResponses(),
            bodies: bodies
        )
        var arguments = ToolArguments(.object([]))
        let view = ResponseView(&arguments)
        let sink = AgentActSink(of: call, through: AgentFixture.ids.next(), showing: view, to: reply)
        let headers = [HeaderField(name: "Content-Type", value: "text/plain")]
        return AgentActBody(of: ActResponse(status: 200, headers: headers, upstreamNanoseconds: 1), for: sink)
    }

    @Test("is cut off after 30 seconds, and what had come is returned")
    func late() throws {
        let body = try body()
        bodies.add(body, now: 0)
        #expect(body.write(Array("in time".utf8)))
        #expect(bodies.cutOffLate(now: 30 * Self.second - 1))
        #expect(!bodies.cutOffLate(now: 30 * Self.second))
        #expect(body.write(Array("too late".utf8)))
        // The transfer that was given up ends so.
        body.abort()
        let answer = try #require(reply.answers.first)
        #expect(answer.texts.last == "in time")
        #expect(answer.data["body"]?["complete"] == false)
        #expect(answer.data["note"]?.text?.string.contains("after 30 s") == true)
        #expect(reply.answers.count == 1)
    }

    @Test("that ends is not looked at any more")
    func ended() throws {
        let body = try body()
        bodies.add(body, now: 0)
        #expect(bodies.count == 1)
        body.finish()
        #expect(bodies.count == 0)
        #expect(!bodies.cutOffLate(now: 60 * Self.second))
        #expect(reply.answers.first?.data["body"]?["complete"] == true)
    }
}
