/// The one answer to one request. Dropped without an answer, it answers 500.
package final class Reply: Sendable {
    private let request: Request

    init(to request: Request) {
        self.request = request
    }

    /// Answers. Only the first answer counts; it is lost when the client or the server has gone in the meantime.
    package func send(_ response: Response) {
        request.answer(.response(response))
    }

    deinit {
        request.answer(.refusal(.unanswered))
    }
}
