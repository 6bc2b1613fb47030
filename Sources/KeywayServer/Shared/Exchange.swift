import Access
import ActService
import HTTPServer
import Tracing

/// A request on its way to its one response.
struct Exchange: Sendable {
    let request: any ServiceRequest
    let reply: any ServiceReply
    let requestID: String
    /// Whom the gate let in.
    private(set) var principal: Principal?
    private(set) var quota: Quota?
    /// The span of the request, if it is traced.
    private(set) var span: Span?

    init(request: any ServiceRequest, reply: any ServiceReply, requestID: String) {
        self.request = request
        self.reply = reply
        self.requestID = requestID
    }

    func traced(by span: Span?) -> Exchange {
        var exchange = self
        exchange.span = span
        return exchange
    }

    func limiting(to quota: Quota?) -> Exchange {
        var exchange = self
        exchange.quota = quota
        return exchange
    }

    func admitting(_ principal: Principal, quota: Quota?) -> Exchange {
        var exchange = self
        exchange.principal = principal
        exchange.quota = quota
        return exchange
    }
}
