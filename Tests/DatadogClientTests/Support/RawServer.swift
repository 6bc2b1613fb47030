import Foundation
import HTTPServer
import NetworkTypes

/// An HTTP server that responses as it is told.
final class RawServer: RequestHandler {
    typealias Answer = @Sendable (_ method: String, _ path: String) -> Response?

    private let answer: Answer
    private let log = NSLock()
    // The lock guards both.
    nonisolated(unsafe) private var paths: [String] = []
    nonisolated(unsafe) private var unanswered: [Reply] = []

    /// - Parameter answer: No response is one that never comes.
    init(_ answer: @escaping Answer) {
        self.answer = answer
    }

    /// The paths that were asked for.
    var requestedPaths: [String] { log.withLock { paths } }

    func handle(_ request: Request, reply: Reply) {
        log.withLock { paths.append(request.rawPath) }
        if let response = answer(request.method.name, request.rawPath) {
            reply.send(response)
        } else {
            // Kept until the server stops, which answers it.
            log.withLock { unanswered.append(reply) }
        }
    }

    func refuse(_ refusal: Refusal, to address: IPAddress) -> Response { Response(status: refusal.status) }
}

extension HTTPServer {
    /// Stops on a thread of its own: waiting would hold up the few threads that all tests share.
    func stopElsewhere() {
        Thread.detachNewThread { self.stop(gracePeriod: 0) }
    }
}
