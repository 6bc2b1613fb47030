import ActService
import Documents
import HTTPServer
import NetworkTypes
import Storage
import Testing

@testable import ForwardProxy
@testable import KeywayServer

@Suite("The door of the forward proxy")
struct ProxyDoorTests {
    @Test("says that it can't decide, and tells the operator why", arguments: FailureTests.failures)
    func failure(_ failure: Failure) async throws {
        let fixture = try await Fixture()
        fixture.store.set { $0.readFailure = failure.error }
        let request = ConnectRequest(
            host: "api.example.com",
            port: 443,
            authorization: "Basic a2V5OmtleQ==",
            remoteAddress: try #require(IPAddress("127.0.0.1"))
        )
        let decision = await withCheckedContinuation { continuation in
            ProxyDoor(fixture.service).decide(request) { continuation.resume(returning: $0) }
        }
        guard case .failure(let refusal) = decision else {
            Issue.record("the host was opened")
            return
        }
        #expect(refusal.status == failure.status)
        #expect(refusal.code == (failure.status == 503 ? "unavailable" : "failed"))
        let lines = fixture.logLines().map { Answer(Response(status: 200, body: Array($0.utf8))).json }
        let notes = lines.filter { $0["event"] == "proxy refused" }
        #expect(notes.map { $0["cause"]?.text?.string } == [failure.reason])
        #expect(notes.allSatisfy { $0["level"] == "error" })
    }
}
