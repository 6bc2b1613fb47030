import Documents
package import HTTPServer
package import NetworkTypes

/// Answers `/metrics` and nothing else, on a listener of its own.
package struct MetricsListener: RequestHandler {
    private let metrics: Metrics

    package init(metrics: Metrics) {
        self.metrics = metrics
    }

    package func handle(_ request: Request, reply: Reply) {
        guard request.rawPath == "/metrics", request.method == .get || request.method == .head else {
            let error = APIError(404, "This listener has GET /metrics alone.")
            return reply.send(ErrorFamily.objects.response(to: error))
        }
        reply.send(metrics.response())
    }

    package func refuse(_ refusal: Refusal, to _: IPAddress) -> Response {
        ErrorFamily.objects.response(to: APIError(refusal.status, refusal.detail))
    }
}

extension Metrics {
    func response() -> Response {
        Response(.metrics, Array(text().utf8))
    }
}
