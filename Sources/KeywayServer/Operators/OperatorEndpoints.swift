import Documents
import HTTPServer
import Storage
import Vault

/// The endpoints for the operator's own tools: health, readiness, metrics, and the description of the API.
struct OperatorEndpoints: Sendable {
    let store: any ReadinessStore
    let vault: Vault
    /// The metrics for the server's own machine; `nil` where metrics have a listener of their own.
    let metrics: Metrics?

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Operation",
            at: "",
            errors: .objects,
            guarding: .open
        )
        var endpoints = [
            group.endpoint(
                .get,
                "/healthz",
                "GetHealth",
                "Whether the process responds",
                responses: [.ok("It does", "Status", .json)],
                .immediate(health)
            ),
            group.endpoint(
                .get,
                "/readyz",
                "GetReadiness",
                "Whether the store can be read, and is the one that the server opened, and master keys can be used",
                responses: [
                    .ok("It can", "Status", .json),
                    DescribedResponse(
                        503,
                        "It can't, or they aren't: `reason` says what to do",
                        .schema("Status", .json)
                    ),
                ],
                .immediate(readiness)
            ),
            group.endpoint(
                .get,
                "/openapi.json",
                "GetOpenAPI",
                "This description",
                responses: [.ok("An OpenAPI 3.1 document", "OpenAPI", .json)],
                .description
            ),
        ]
        if let metrics {
            endpoints.append(
                group.endpoint(
                    .get,
                    "/metrics",
                    "GetMetrics",
                    "Metrics in Prometheus' text format, for the server's own machine",
                    guarding: .loopback,
                    responses: [DescribedResponse(200, "The metrics", .text(.metrics))],
                    .immediate { _ in metrics.response() }
                )
            )
        }
        return endpoints
    }

    private func health(_: any ServiceRequest) -> Response {
        Response(.json, Array(#"{"status":"ok"}"#.utf8))
    }

    private func readiness(_: any ServiceRequest) -> Response {
        let ofVault =
            vault.unavailability == nil
            ? nil : "a master key in hardware can't be used, so nothing is sealed or opened: the server's log says why"
        guard let reason = store.unreadiness()?.rawValue ?? ofVault else {
            return Response(.json, Array(#"{"status":"ready"}"#.utf8))
        }
        let text = #"{"status":"not ready","reason":"\#(reason)"}"#
        return Response(.json, status: 503, Array(text.utf8))
    }
}
