@testable import DatadogClient
import Foundation
import Testing

@Suite("Retrying", .timeLimit(.minutes(10)))
struct RetryTests {
    private static let all = ["GET", "PUT", "PATCH", "DELETE", "POST"]

    @Test("is off unless it is asked for")
    func off() async {
        let transport = FakeTransport(status: 503)
        #expect(await failure { try await Client.faked(transport).connections.get("x") }?.code == .server)
        #expect(await transport.requests.count == 1)
        #expect(Configuration(apiKey: nil, applicationKey: nil).retries == .off)
    }

    @Test("waits after 429 as long as the server says, whatever the method", arguments: all)
    func limited(_ method: String) {
        var retrying = Retrying(.standard, isRepeatable: method != "POST")
        #expect(retrying.next(after: .answered(status: 429, reset: "5"), jitter: 1) == .wait(.seconds(5)))
        #expect(retrying.next(after: .answered(status: 429, reset: "0"), jitter: 1) == .wait(.seconds(1)))
        #expect(retrying.next(after: .answered(status: 429, reset: nil), jitter: 0) == .wait(.seconds(8)))
        #expect(retrying.next(after: .answered(status: 429, reset: "1"), jitter: 0) == .stop)
    }

    @Test("backs off after 5xx, three times, unless it is a POST", arguments: all)
    func failing(_ method: String) {
        var retrying = Retrying(.standard, isRepeatable: method != "POST")
        let waits = (0..<4).map { _ in retrying.next(after: .answered(status: 502, reset: "50"), jitter: 0) }
        #expect(
            waits
                == (method == "POST"
                    ? [.stop, .stop, .stop, .stop]
                    : [.wait(.seconds(2)), .wait(.seconds(4)), .wait(.seconds(8)), .stop])
        )
    }

    @Test("shortens its own waits by up to a half", arguments: [(0.0, 2_000), (0.5, 1_500), (1.0, 1_000)])
    func jitter(_ jitter: Double, _ milliseconds: Int) {
        var retrying = Retrying(.standard, isRepeatable: true)
        #expect(
            retrying.next(after: .answered(status: 500, reset: nil), jitter: jitter)
                == .wait(.milliseconds(milliseconds))
        )
    }

    @Test("repeats a POST where no connection came about, and nothing else of it")
    func posts() {
        var retrying = Retrying(.standard, isRepeatable: false)
        #expect(retrying.next(after: .failed(.refused), jitter: 0) == .wait(.seconds(2)))
        #expect(retrying.next(after: .failed(.lost), jitter: 0) == .stop)
        #expect(retrying.next(after: .failed(.timedOut), jitter: 0) == .stop)
        retrying = Retrying(.standard, isRepeatable: true)
        #expect(retrying.next(after: .failed(.lost), jitter: 0) == .wait(.seconds(2)))
        #expect(retrying.next(after: .failed(.timedOut), jitter: 0) == .stop)
    }

    @Test("begins no wait that takes the sum beyond the greatest", arguments: ["61", "2147483648", "-1"])
    func bounded(_ reset: String) {
        var retrying = Retrying(RetryPolicy(base: .seconds(100)), isRepeatable: true)
        #expect(retrying.next(after: .answered(status: 429, reset: reset), jitter: 0) == .stop)
    }

    @Test("does not repeat what would fail again", arguments: [400, 401, 403, 404, 409, 302])
    func hopeless(_ status: Int) {
        var retrying = Retrying(.standard, isRepeatable: true)
        #expect(retrying.next(after: .answered(status: status, reset: "1"), jitter: 0) == .stop)
    }

    @Test("ends with the answer that succeeds")
    func succeeding() async throws {
        let clock = SkippingClock()
        let transport = FakeTransport(
            [(429, [("X-RateLimit-Reset", "3")]), (500, []), (200, [])],
            body: Recorded.connection
        )
        let connection = try await Client.faked(transport, retries: .standard, clock: clock).connections.get("x")
        #expect(connection.id == "67aa2f61-266d-48d1-a1ee-cf7c3acc6b20")
        #expect(clock.sleeps == [.seconds(3), .seconds(4)])
        #expect(await transport.requests.count == 3)
    }

    @Test("stops at once when the task is cancelled", .timeLimit(.minutes(10)))
    func cancelled() async {
        let transport = FakeTransport(status: 429, headers: [("X-RateLimit-Reset", "50")])
        let client = Client(
            Configuration(apiKey: nil, applicationKey: nil, retries: .standard),
            transport: transport
        )
        let task = Task { try await client.connections.get("x") }
        while await transport.requests.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(await transport.requests.count == 1)
    }
}
