import ActService
import HTTPServer
import NetworkTypes

/// Sends the response to a message over HTTP.
final class HTTPDoorReply: DoorReply {
    private let service: Service
    private let exchange: Exchange
    private let route: Service.Route

    init(_ service: Service, _ exchange: Exchange, _ route: Service.Route) {
        self.service = service
        self.exchange = exchange
        self.route = route
    }

    func whenCallerLeaves(_ body: @escaping @Sendable () -> Void) { exchange.reply.whenClientLeaves(body) }

    func send(_ response: DoorResponse) { service.finish(exchange, Response(response), route: route) }
}

extension Response {
    /// The response of another door, for its caller alone.
    init(_ response: DoorResponse) {
        if response.body.isEmpty {
            self.init(status: response.status)
        } else {
            self.init(.json, status: response.status, response.body)
        }
        headers.append(.init(name: "Cache-Control", value: "no-store"))
    }
}
