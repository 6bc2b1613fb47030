/// The one response to one request. Dropped without a response, it answers 500.
package final class Reply: Sendable {
    private let request: Request

    init(to request: Request) {
        self.request = request
    }

    /// Sends the response. Only the first response counts; it is lost when the client or the server has gone in the
    /// meantime.
    package func send(_ response: Response) {
        request.answer(.response(response))
    }

    /// Sends a response whose body is sent as it comes. The first response counts, as of ``send(_:)``.
    ///
    /// - Parameters:
    ///   - response: Status and headers; its body is not used.
    ///   - length: The length of the body in bytes, or `nil` to send it in chunks. A body that ends short of its length
    ///     breaks the connection.
    ///   - owner: Learns how the stream fares; kept until the stream is closed.
    /// - Returns: Where the body goes.
    package func stream(_ response: Response, length: Int? = nil, owner: any BodyStreamOwner) -> BodyStream {
        let state = BodyStream.State(of: request, owner: owner)
        if !request.answer(.stream(response, length: length, state)) { state.close() }
        return BodyStream(state)
    }

    /// Has `body` called, once and soon, if the client leaves before the response; a streamed one is broken off if it
    /// leaves later. An end of what the client sends counts as leaving. Without this call nobody looks: a client that
    /// has ended its side still gets its response.
    ///
    /// - Parameter body: Called on a thread of the server's or on this one, and must not block.
    package func whenClientLeaves(_ body: @escaping @Sendable () -> Void) {
        request.whenClientLeaves(body)
    }

    deinit {
        request.answer(.refusal(.unanswered))
    }
}
