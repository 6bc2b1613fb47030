import HTTPServer
import Synchronization

/// A third party whose answer the test sends by itself, when and as it likes.
final class ControlledUpstream: RequestHandler {
    private let replies = Mutex<[Reply]>([])
    private let server = Mutex<HTTPServer?>(nil)

    init() throws {
        let server = try HTTPServer(configuration: ServerConfiguration(threads: 1), handler: self)
        self.server.withLock { $0 = server }
    }

    var url: String { "http://127.0.0.1:\(server.withLock { $0?.boundPort ?? 0 })" }

    /// How many requests have come and wait for their responses.
    var waiting: Int { replies.withLock { $0.count } }

    func handle(_: Request, reply: Reply) {
        replies.withLock { $0.append(reply) }
    }

    func refuse(_ refusal: Refusal, to _: RemoteAddress) -> Response {
        Response(status: refusal.status)
    }

    /// The oldest request that waits, once there is one.
    func next() async throws -> Reply {
        for _ in 0..<1_000 {
            let reply = replies.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let reply { return reply }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NobodyCame()
    }

    /// Ends the server, which refers to its handler.
    func stop() {
        let server = server.withLock { server in
            defer { server = nil }
            return server
        }
        replies.withLock { $0 = [] }
        server?.stop(gracePeriod: 0)
    }

    private struct NobodyCame: Error {}
}

/// The owner of a stream whose fate does not matter.
final class CarelessOwner: BodyStreamOwner {
    func streamHasRoom() {}
    func streamClosed() {}
}

extension Reply {
    /// Answers with some of a body, and breaks the connection.
    func sendBroken(_ start: [UInt8], of length: Int?, status: Int = 200) async throws {
        let stream: BodyStream = self.stream(Response(status: status), length: length, owner: CarelessOwner())
        _ = stream.write(start)
        // What is waiting when a stream is aborted is dropped.
        try await Task.sleep(for: .milliseconds(200))
        stream.abort()
    }
}
