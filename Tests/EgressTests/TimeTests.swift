import Egress
import Platform
import Testing

@Suite("Time", .timeLimit(.minutes(10)))
struct TimeTests {
    /// The error of a request to `server`, and after how many seconds it came.
    private func failure(
        of request: OutgoingRequest,
        _ change: (inout EgressConfiguration) -> Void
    ) async throws -> (error: EgressError?, after: Duration) {
        let client = try EgressClient.local(change)
        let recorder = Recorder()
        let start = ContinuousClock.now
        client.send(request, to: recorder)
        let facts = await recorder.end()
        return (facts.error, start.duration(to: .now))
    }

    @Test("ends a transfer that is never answered")
    func silence() async throws {
        let server = try LoopbackServer { $0.waitForEnd() }
        let failure = try await failure(of: .get(server.origin)) {
            $0.connectTimeout = 0.1
            $0.firstByteTimeout = 0.2
        }
        #expect(failure.error == .timedOut)
        #expect(failure.after >= .seconds(0.2))
    }

    @Test(
        "ends a transfer that stops in the middle",
        arguments: ["HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\nabc"]
    )
    func stall(_ beginning: String) async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.request()
            try peer.send(beginning)
            peer.waitForEnd()
        }
        let failure = try await failure(of: .get(server.origin)) { $0.idleTimeout = 0.2 }
        #expect(failure.error == .timedOut)
    }

    @Test("lets a transfer live that brings a byte now and then")
    func drip() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.request()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            for _ in 1...10 {
                usleep(100_000)
                try peer.send("x")
            }
        }
        let client = try EgressClient.local {
            $0.idleTimeout = 0.9
            $0.totalTimeout = 0.1
        }
        let recorder = Recorder()
        client.send(.get(server.origin), to: recorder)
        #expect(await recorder.end().text == "xxxxxxxxxx")
    }

    @Test("ends a transfer in all that is not passed on, however lively", arguments: ["drip", "flood"])
    func total(_ kind: String) async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.request()
            try peer.send("HTTP/1.1 200 OK\r\n\r\n")
            while true {
                if kind == "drip" { usleep(20_000) }
                try peer.send(kind == "drip" ? "x" : String(repeating: "x", count: 65_536))
            }
        }
        var request = OutgoingRequest.get(server.origin)
        request.isBoundedInTime = true
        let failure = try await failure(of: request) {
            $0.totalTimeout = 0.5
            $0.answerBytes = .max
        }
        #expect(failure.error == .timedOut)
        #expect(failure.after >= .seconds(0.5))
    }

    @Test("that passes while we pause is not idle")
    func paused() async throws {
        let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
        let client = try EgressClient.local { $0.idleTimeout = 0.1 }
        let recorder = Recorder { $0 == 0 ? .pause : .more }
        let transfer = client.send(.get(server.origin), to: recorder)
        await recorder.wait { $0.heads.count == 1 }
        try await Task.sleep(for: .milliseconds(400))
        #expect(recorder.facts.ends.isEmpty)
        transfer.resume()
        #expect(await recorder.end().text == "abc")
    }

    @Test("begins when the last of the request was written, and not anew when it is over")
    func sent() async throws {
        let server = try LoopbackServer { $0.waitForEnd() }
        let client = try EgressClient.local { $0.connectTimeout = 0.1 }
        let withBody = Recorder()
        let without = Recorder()
        var post = OutgoingRequest.post(server.origin, body: "a")
        post.timeout = .exact(2)
        var get = OutgoingRequest.get(server.origin)
        get.timeout = .exact(3.8)
        client.send(post, to: withBody)
        client.send(get, to: without)
        #expect(await without.end().error == .timedOut)
        #expect(withBody.facts.error == .timedOut)
    }

    @Test("that a long request takes is not idle")
    func upload() async throws {
        let server = try LoopbackServer { peer in
            // For longer than the timeout, of which what buffers hold may take a part.
            try peer.readSlowly(bytes: 40_000_000, pauses: 30, microseconds: 100_000)
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        let client = try EgressClient.local {
            $0.connectTimeout = 0.1
            $0.firstByteTimeout = 1.5
        }
        let body = String(repeating: "a", count: 40_000_000)
        #expect(try await client.collect(.post(server.origin, body: body)).text == "ok")
    }
}
