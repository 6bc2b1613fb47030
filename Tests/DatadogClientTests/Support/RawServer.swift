import Foundation
import HTTPServer

/// An HTTP server that answers as it is told.
final class RawServer: RequestHandler {
    typealias Answer = @Sendable (_ method: String, _ path: String) -> Response?

    private let answer: Answer
    private let log = NSLock()
    nonisolated(unsafe) private var paths: [String] = []

    /// - Parameter answer: No answer is one that never comes.
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
            // Kept for longer than any test waits.
            Task {
                try? await Task.sleep(for: .seconds(5))
                reply.send(Response(status: 204))
            }
        }
    }

    func refuse(_ refusal: Refusal, to address: RemoteAddress) -> Response { Response(status: refusal.status) }
}
