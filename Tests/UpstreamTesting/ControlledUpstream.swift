package import HTTPServer
package import NetworkTypes
import Synchronization

/// A third party whose answer the test sends by itself, when and as it likes.
package final class ControlledUpstream: RequestHandler {
    private let replies = Mutex<[Reply]>([])
    private let server = Mutex<HTTPServer?>(nil)

    package init() throws {
        let server = try HTTPServer(configuration: ServerConfiguration(threads: 1), handler: self)
        self.server.withLock { $0 = server }
    }

    package var url: String { "http://127.0.0.1:\(server.withLock { $0?.boundPort ?? 0 })" }

    /// How many requests have come and wait for their responses.
    package var waiting: Int { replies.withLock { $0.count } }

    package func handle(_: Request, reply: Reply) {
        replies.withLock { $0.append(reply) }
    }

    package func refuse(_ refusal: Refusal, to _: IPAddress) -> Response {
        Response(status: refusal.status)
    }

    /// The oldest request that waits, once there is one.
    package func next() async throws -> Reply {
        for _ in 0..<1_000 {
            let reply = replies.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let reply { return reply }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NobodyCame()
    }

    /// Ends the server, which refers to its handler.
    package func stop() {
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
package final class CarelessOwner: BodyStreamOwner {
    package init() {}

    package func streamHasRoom() {}
    package func streamClosed() {}
}

extension Reply {
    /// Answers with some of a body, and breaks the connection.
    package func sendBroken(_ start: [UInt8], of length: Int?, status: Int = 200) async throws {
        let stream: BodyStream = self.stream(Response(status: status), length: length, owner: CarelessOwner())
        _ = stream.write(start)
        // What is waiting when a stream is aborted is dropped.
        try await Task.sleep(for: .milliseconds(200))
        stream.abort()
    }
}
