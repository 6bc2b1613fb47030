import Access
import Documents
import HTTPServer

/// Where clients ask whether their keys are valid.
struct ValidationEndpoints: Sendable {
    var all: [Endpoint] {
        [
            endpoint("/api/v1/validate", .apiKey, .strings(.json), .validate, .identification(validate)),
            endpoint("/api/v2/validate", .apiKey, .objects, .validateAPIKey, .identification(validateAPIKey)),
            endpoint(
                "/api/v2/validate_keys",
                .principal(anyOf: [], registered: false),
                .strings(.json),
                .validateKeys,
                .immediate { _ in Response(.json, Array(#"{"status":"ok"}"#.utf8)) }
            ),
        ]
    }

    private func endpoint(
        _ path: String,
        _ guarding: EndpointGuard,
        _ errors: ErrorFamily,
        _ description: OperationDescription,
        _ handling: Handling
    ) -> Endpoint {
        Endpoint(
            method: .get,
            path: path,
            guarding: guarding,
            errors: errors,
            description: description,
            handling: handling
        )
    }

    private func validate(_: APIKey) -> Response {
        Response(.json, Array(#"{"valid":true}"#.utf8))
    }

    private func validateAPIKey(_ key: APIKey) -> Response {
        .resource([
            "id": .string(key.organization.description),
            "type": "validate_v2",
            "attributes": [
                "api_key_id": .string(key.id.description),
                // An API key names an organisation, and nothing less than it.
                "api_key_scopes": [],
                "valid": true,
            ],
        ])
    }
}

extension OperationDescription {
    fileprivate static let tag = "Authentication"

    fileprivate static let validate = OperationDescription(
        id: "Validate",
        summary: "Whether an API key is valid",
        tag: tag,
        responses: [DescribedResponse(200, "It is", .schema("Validation", .json))]
    )

    fileprivate static let validateAPIKey = OperationDescription(
        id: "ValidateAPIKey",
        summary: "Whether an API key is valid, and whose it is",
        tag: tag,
        responses: [DescribedResponse(200, "It is", .schema("ValidatedAPIKey", .json))]
    )

    fileprivate static let validateKeys = OperationDescription(
        id: "ValidateKeys",
        summary: "Whether an API key and an application key are a valid pair",
        tag: tag,
        responses: [DescribedResponse(200, "They are", .schema("Status", .json))]
    )
}
