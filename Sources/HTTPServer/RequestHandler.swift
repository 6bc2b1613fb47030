package import NetworkTypes

/// A handler of requests.
package protocol RequestHandler: Sendable {
    /// Takes a request that is there as a whole. Called on a network thread, which serves no other connection
    /// meanwhile: answer at once, or hand the work to another thread and return.
    ///
    /// - Parameters:
    ///   - request: Valid as long as it is kept, but see there for its headers.
    ///   - reply: To be sent once, during the call or later, from any thread.
    func handle(_ request: Request, reply: Reply)

    /// Whether the body of a request that is longer than ``Limits/bodyBytes`` is taken as it comes
    /// (``Request/bodyStream``): then the request is handed over before its body is there. Called on a network thread.
    func takesBodyAsItComes(of request: Request) -> Bool

    /// Renders the response to a request that the server does not hand to ``handle(_:reply:)``, or whose reply was
    /// dropped. Called on a network thread; the server adds `Connection: close` where it closes.
    func refuse(_ refusal: Refusal, to address: IPAddress) -> Response

    /// Renders it where the request is known, as far as it was read: its path is empty if that was refused.
    func refuse(_ refusal: Refusal, of request: Request) -> Response
}

extension RequestHandler {
    package func refuse(_ refusal: Refusal, of request: Request) -> Response {
        refuse(refusal, to: request.remoteAddress)
    }

    package func takesBodyAsItComes(of request: Request) -> Bool { false }
}
