import Documents
import HTTPServer
import Storage

/// The endpoints for the operator's own tools: health, readiness, metrics, and the description of the API.
struct OperatorEndpoints: Sendable {
    let store: any ReadinessStore
    /// The metrics for the server's own machine; `nil` where metrics have a listener of their own.
    let metrics: Metrics?

    var all: [Endpoint] {
        var endpoints = [
            endpoint("/healthz", .open, .health, .immediate(health)),
            endpoint("/readyz", .open, .readiness, .immediate(readiness)),
            endpoint("/openapi.json", .open, .openAPI, .description),
        ]
        if let metrics {
            endpoints.append(endpoint("/metrics", .loopback, .metrics, .immediate { _ in metrics.response() }))
        }
        return endpoints
    }

    private func endpoint(
        _ path: String,
        _ guarding: EndpointGuard,
        _ description: OperationDescription,
        _ handling: Handling
    ) -> Endpoint {
        Endpoint(
            method: .get,
            path: path,
            guarding: guarding,
            errors: .objects,
            description: description,
            handling: handling
        )
    }

    private func health(_: any ServiceRequest) -> Response {
        Response(.json, Array(#"{"status":"ok"}"#.utf8))
    }

    private func readiness(_: any ServiceRequest) -> Response {
        guard let reason = store.unreadiness() else { return Response(.json, Array(#"{"status":"ready"}"#.utf8)) }
        let text = #"{"status":"not ready","reason":"\#(reason.rawValue)"}"#
        return Response(.json, status: 503, Array(text.utf8))
    }
}

extension OperationDescription {
    fileprivate static let tag = "Operation"

    fileprivate static let health = OperationDescription(
        id: "GetHealth",
        summary: "Whether the process responds",
        tag: tag,
        responses: [DescribedResponse(200, "It does", .schema("Status", .json))]
    )

    fileprivate static let readiness = OperationDescription(
        id: "GetReadiness",
        summary: "Whether the store can be read, and its files are those that the server opened",
        tag: tag,
        responses: [
            DescribedResponse(200, "It can", .schema("Status", .json)),
            DescribedResponse(503, "It can't, or they aren't: `reason` says what to do", .schema("Status", .json)),
        ]
    )

    fileprivate static let metrics = OperationDescription(
        id: "GetMetrics",
        summary: "Metrics in Prometheus' text format, for the server's own machine",
        tag: tag,
        responses: [
            DescribedResponse(200, "The metrics", .text(.metrics))
        ]
    )

    fileprivate static let openAPI = OperationDescription(
        id: "GetOpenAPI",
        summary: "This description",
        tag: tag,
        responses: [DescribedResponse(200, "An OpenAPI 3.1 document", .schema("OpenAPI", .json))]
    )
}
