import Access
import ActService
import HTTPServer
import Tracing

// Traces: nothing of this is done unless there is a tracer.
extension Service {
    /// Answers a request whose trace is recorded, if it is.
    func trace(_ exchange: Exchange, by route: Route, _ parameters: RouteParameters, _ tracer: Tracer) {
        let request = exchange.request
        let span = tracer.begin(
            .request(request.method.name, route.endpoint.path),
            [.method(request.method.name), .route(route.endpoint.path), .request(exchange.requestID)],
            under: request.header("traceparent"),
            startedAt: request.startedAt
        )
        span.scope { answer(exchange.traced(by: span), by: route, parameters) }
    }
}

extension Endpoint {
    /// Whether its requests are traced: not those of probes and scrapers, which need no store.
    var isTraced: Bool {
        switch handling {
        case .immediate, .description: false
        case .identification, .admission, .exchange, .lookup, .connection, .search, .slicedSearch, .list, .change,
            .credentials, .question, .act, .message:
            true
        }
    }
}

extension Exchange {
    /// A body that works for the exchange's span, wherever it runs.
    func scoped(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        guard let span else { return body }
        return { span.scope(body) }
    }

    /// Ends the span, if there is one: its response has begun, or ended where it is streamed.
    func endSpan(status: Int) {
        guard let span else { return }
        var attributes: [SpanAttribute] = [.status(status)]
        if let principal {
            attributes.append(.organization(principal.organization))
            switch principal.proof {
            case .keys(_, let application): attributes.append(.applicationKey(application))
            case .accessToken(let token): attributes.append(.accessToken(token))
            }
            if let token = principal.actToken { attributes.append(.actToken(token.id)) }
        }
        // The caller's own errors are no failure of the server's.
        span.end(attributes, failed: status >= 500)
    }
}
