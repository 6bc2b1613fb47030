import Egress
import Secrets
import Synchronization
import Testing

/// A body that a test gives piece by piece.
private final class Feed: UploadSource {
    private struct State {
        var waiting: [UInt8] = []
        var end: UploadReading?
        var wake: (@Sendable () -> Void)?
        var isClosed = false
        var pending = 0
    }

    let length: Int?
    private let state = Mutex(State())

    init(length: Int? = nil) {
        self.length = length
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }
    /// How often it was read in vain.
    var pending: Int { state.withLock { $0.pending } }

    func add(_ text: String, end: UploadReading? = nil) {
        let wake = state.withLock { state in
            state.waiting += text.utf8
            if let end { state.end = end }
            return state.wake
        }
        wake?()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> UploadReading {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                if state.end == nil { state.pending += 1 }
                return state.end ?? .pending
            }
            let count = min(buffer.count, state.waiting.count)
            buffer.copyBytes(from: state.waiting[..<count])
            state.waiting.removeFirst(count)
            return .bytes(count)
        }
    }

    func whenReadable(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }
    func close() { state.withLock { $0.isClosed = true } }
}

@Suite("A body that is sent while it comes", .timeLimit(.minutes(10)))
struct UploadTests {
    private static func request(_ server: LoopbackServer, _ feed: Feed, method: String = "POST") -> OutgoingRequest {
        var request = OutgoingRequest(method: method, origin: server.origin, target: Secret(copying: "/".utf8))
        request.upload = feed
        return request
    }

    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("is whole at the other side, by its length")
    func length() async throws {
        let seen = Mutex("")
        let server = try LoopbackServer { peer in
            let request = try peer.request() ?? ""
            seen.withLock { $0 = request }
            try peer.send(Self.answer)
        }
        let client = try EgressClient.local()
        let feed = Feed(length: 10)
        let recorder = Recorder()
        client.send(Self.request(server, feed), to: recorder)
        while feed.pending == 0 { try await Task.sleep(for: .milliseconds(1)) }
        // Before there is more: the client may be as quick to send it and to ask for more as the test is to look.
        let pending = feed.pending
        feed.add("hello")
        while feed.pending == pending { try await Task.sleep(for: .milliseconds(1)) }
        feed.add("world", end: .end)
        #expect(await recorder.end().text == "ok")
        #expect(recorder.facts.error == nil)
        let request = seen.withLock { $0 }
        #expect(request.hasPrefix("POST / HTTP/1.1\r\n"))
        #expect(request.hasSuffix("\r\n\r\nhelloworld"))
        #expect(request.contains("Content-Length: 10\r\n"))
        #expect(!request.contains("Expect"))
        #expect(feed.isClosed)
    }

    @Test("goes in chunks without a length, whatever the method", arguments: ["POST", "PUT", "PATCH", "GET"])
    func chunks(_ method: String) async throws {
        let seen = Mutex("")
        let server = try LoopbackServer { peer in
            let request = try peer.request() ?? ""
            seen.withLock { $0 = request }
            try peer.send(Self.answer)
            // Closed with something unread, the connection would be reset.
            peer.waitForEnd()
        }
        let client = try EgressClient.local()
        let feed = Feed()
        feed.add("hello", end: .end)
        let recorder = Recorder()
        client.send(Self.request(server, feed, method: method), to: recorder)
        #expect(await recorder.end().error == nil)
        let request = seen.withLock { $0 }
        #expect(request.hasPrefix("\(method) / HTTP/1.1\r\n"))
        #expect(request.contains("Transfer-Encoding: chunked\r\n"))
        #expect(!request.contains("Content-Length"))
    }

    @Test("that fails ends the transfer with its error, and the request is not whole")
    func failure() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.request()
            try peer.send(Self.answer)
        }
        let client = try EgressClient.local()
        let feed = Feed(length: 100)
        feed.add("hello", end: .failed(.bodyTooLarge))
        let recorder = Recorder()
        client.send(Self.request(server, feed), to: recorder)
        #expect(await recorder.end().error == .bodyTooLarge)
        #expect(recorder.facts.heads.isEmpty)
        #expect(feed.isClosed)
    }

    @Test("is left where it is when the answer does not wait for it", arguments: [401, 413, 302, 500])
    func early(_ status: Int) async throws {
        let server = try LoopbackServer { peer in
            // Whatever it has read.
            try peer.send("HTTP/1.1 \(status) No\r\nContent-Length: 3\r\nConnection: close\r\n\r\nwhy")
            _ = try peer.request()
        }
        let client = try EgressClient.local()
        let feed = Feed(length: 1_000_000)
        feed.add("hello")
        let recorder = Recorder()
        client.send(Self.request(server, feed), to: recorder)
        let facts = await recorder.end()
        #expect(facts.heads.first?.status == status)
        #expect(facts.text == "why")
        #expect(facts.error == nil)
        #expect(feed.isClosed)
    }

    @Test("is sent once, over a connection of its own")
    func connection() async throws {
        let server = try LoopbackServer { peer in
            guard try peer.request() != nil else { return }
            try peer.send(Self.answer)
            // Kept, and closed when the next request has come.
            _ = try peer.request()
        }
        let client = try EgressClient.local()
        _ = try await client.collect(.get(server.origin))
        let feed = Feed(length: 5)
        feed.add("hello", end: .end)
        let recorder = Recorder()
        client.send(Self.request(server, feed), to: recorder)
        #expect(await recorder.end().error == nil)
        #expect(server.connections == 2)
    }

    @Test("may stand still after an interim response, too")
    func interim() async throws {
        let server = try LoopbackServer { peer in
            try peer.send("HTTP/1.1 100 Continue\r\n\r\n")
            _ = try peer.request()
            try peer.send(Self.answer)
        }
        let client = try EgressClient.local {
            $0.firstByteTimeout = 60
            $0.idleTimeout = 0.1
        }
        let feed = Feed(length: 10)
        feed.add("hello")
        let recorder = Recorder()
        client.send(Self.request(server, feed), to: recorder)
        // Far longer than the third party may be silent.
        try await Task.sleep(for: .seconds(1))
        feed.add("world", end: .end)
        let facts = await recorder.end()
        #expect(facts.error == nil)
        #expect(facts.text == "ok")
    }

    @Test("may stand still for as long as its caller lets it, but the third party may not")
    func time() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.request()
            // And no response.
            _ = try peer.request()
        }
        let client = try EgressClient.local {
            $0.firstByteTimeout = 0.3
            $0.totalTimeout = 0.5
        }
        let feed = Feed(length: 10)
        let recorder = Recorder()
        client.send(Self.request(server, feed), to: recorder)
        try await Task.sleep(for: .seconds(1))
        #expect(recorder.facts.ends.isEmpty)
        feed.add("helloworld", end: .end)
        #expect(await recorder.end().error == .timedOut)
    }
}
