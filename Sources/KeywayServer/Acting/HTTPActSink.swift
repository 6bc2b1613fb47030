import ActService
import Documents
import ForwardProxy
import HTTPServer
import NetworkTypes

/// Takes the response to an act and sends it to the caller over HTTP. A third party's response carries no limits of
/// Keyway's: it may have its own.
final class HTTPActSink: ActSink {
    private let service: Service
    private let exchange: Exchange
    private let route: Service.Route

    init(_ service: Service, _ exchange: Exchange, _ route: Service.Route) {
        self.service = service
        self.exchange = exchange
        self.route = route
    }

    /// Takes a response that is Keyway's own, and no error.
    func send(own response: Response) {
        service.finish(exchange, response, route: route)
    }

    func address(of connection: Identifier) -> DoorAddress {
        if exchange.request.tunnel != nil { return .ofThirdParty }
        return DoorAddress(
            origin: PublicAddress.url(configured: service.publicURL, request: exchange.request),
            path: ActEndpoints.path(of: connection.description)
        )
    }

    func whenCallerLeaves(_ body: @escaping @Sendable () -> Void) {
        exchange.reply.whenClientLeaves(body)
    }

    func send(_ response: ActResponse) {
        exchange.request.proxyTunnel?.session.noteAct()
        service.finish(exchange.limiting(to: nil), Response(response), route: route, isProxied: true)
    }

    func begin(_ response: ActResponse, length: Int?, for caller: ActCaller) -> any ActBodySink {
        exchange.request.proxyTunnel?.session.noteAct()
        let status = response.upstreamStatus
        var response = Response(response)
        ActHeader.name(exchange.requestID, in: &response)
        return Body(exchange.reply.stream(response, length: length, owner: caller), status, of: self)
    }

    func fail(_ error: ActError) {
        exchange.request.proxyTunnel?.session.noteRefusal()
        service.finish(exchange, service.response(to: error, exchange, route: route), route: route)
    }

    /// The body of a response that was begun.
    private final class Body: ActBodySink {
        private let stream: any ServiceBodyStream
        private let status: Int
        private let sink: HTTPActSink

        init(_ stream: any ServiceBodyStream, _ status: Int, of sink: HTTPActSink) {
            self.stream = stream
            self.status = status
            self.sink = sink
        }

        func write(_ piece: [UInt8]) -> Bool { stream.write(piece) }

        func finish() {
            note()
            stream.finish()
        }

        func abort() {
            note()
            stream.abort()
        }

        /// Measures and logs the response before its end: a client that has all of it finds its line in the log's
        /// buffer.
        private func note() { sink.service.note(sink.exchange, status: status, route: sink.route) }
    }
}

extension ActCaller: BodyStreamOwner {
    package func streamHasRoom() { hasRoom() }

    package func streamClosed() { leaves() }
}
