import Connections
import NetworkTypes
import Documents
import ActService
import HTTPServer
import Threads

// The responses: errors in the family of their endpoint, the headers of all, measures and the log.
extension Service {
    func response(to error: any Error, _ exchange: Exchange, route: Route) -> Response {
        let clients = (error as? ActError)?.clients ?? .standard
        let (error, forOperator) = APIError.from(error)
        if let forOperator { log.noteFailure(forOperator, of: exchange.requestID) }
        guard route.endpoint.acts else { return route.endpoint.errors.response(to: error) }
        return ErrorFamily.actResponse(to: error, for: exchange.request, clients, requestID: exchange.requestID)
    }

    func finish(_ exchange: Exchange, _ response: Response, route: Route?, isProxied: Bool = false) {
        var response = response
        if route?.endpoint.acts ?? true, !isProxied { ActHeader.mark(&response) }
        if route?.endpoint.acts == true { ActHeader.name(exchange.requestID, in: &response) }
        complete(&response, of: exchange, route: route)
        exchange.reply.send(response)
    }

    /// Adds the headers of every response, and measures and logs it.
    func complete(_ response: inout Response, of exchange: Exchange, route: Route?) {
        if route?.endpoint.acts != true {
            response.headers.append(.init(name: "X-Request-Id", value: exchange.requestID))
        }
        exchange.quota?.addHeaders(to: &response)
        // Before the response is sent: its receiver finds its line in the log's buffer.
        note(exchange, status: response.status, route: route)
    }

    /// Measures and logs a response.
    func note(_ exchange: Exchange, status: Int, route: Route?) {
        let nanoseconds = MonotonicClock.now() - exchange.request.startedAt
        (route?.metrics ?? metrics.unrouted).observe(status: status, nanoseconds: nanoseconds)
        let line = RequestLine(
            requestID: exchange.requestID,
            remoteAddress: exchange.request.remoteAddress,
            principal: exchange.principal,
            status: status,
            nanoseconds: nanoseconds
        )
        log.append(line.bytes(route: route?.logged ?? RequestLine.noRoute))
        exchange.endSpan(status: status)
    }
}
