/// A request under way and its response.
package final class Transfer: @unchecked Sendable {
    // Safe to share: what changes belongs to the client's thread, once the inbox has it.
    private let inbox: Inbox
    private(set) var receiver: (any ResponseReceiver)?
    private(set) var request: Result<EncodedRequest, EgressError>?
    var exchange: CurlExchange?

    init(_ request: Result<EncodedRequest, EgressError>, receiver: any ResponseReceiver, inbox: Inbox) {
        self.request = request
        self.receiver = receiver
        self.inbox = inbox
    }

    /// Goes on after ``Demand/pause``; else without effect. From any thread, even from within the receiver.
    package func resume() {
        inbox.append(.resume(self))
    }

    /// There is more of the request's body; else without effect. From any thread.
    func goOnSending() {
        inbox.append(.send(self))
    }

    /// Ends the transfer with ``EgressError/cancelled``, unless it has ended. From any thread; the receiver may still
    /// be called until it is told of the end.
    package func cancel() {
        inbox.append(.cancel(self))
    }

    /// Tells the receiver, once, and lets go of it and of the request.
    func finish(_ error: EgressError?) {
        if case .success(let request) = request { request.upload?.close() }
        let receiver = receiver
        self.receiver = nil
        request = nil
        exchange = nil
        receiver?.finished(error)
    }
}
