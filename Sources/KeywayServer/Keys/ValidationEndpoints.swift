import Access
import Documents
import HTTPServer

/// Where clients ask whether their keys are valid.
struct ValidationEndpoints: Sendable {
    var all: [Endpoint] {
        let tag = "Authentication"
        let strings = EndpointGroup(tag, at: "/api", errors: .strings(.json), guarding: .apiKey)
        let objects = EndpointGroup(tag, at: "/api", errors: .objects, guarding: .apiKey)
        return [
            strings.endpoint(
                .get,
                "/v1/validate",
                "Validate",
                "Whether an API key is valid",
                responses: [.ok("It is", "Validation")],
                .identification(validate)
            ),
            objects.endpoint(
                .get,
                "/v2/validate",
                "ValidateAPIKey",
                "Whether an API key is valid, and whose it is",
                responses: [.ok("It is", "ValidatedAPIKey", .json)],
                .identification(validateAPIKey)
            ),
            strings.endpoint(
                .get,
                "/v2/validate_keys",
                "ValidateKeys",
                "Whether an API key and an application key are a valid pair",
                guarding: .principal(anyOf: [], registered: false),
                responses: [.ok("They are", "Status")],
                .immediate { _ in Response(.json, Array(#"{"status":"ok"}"#.utf8)) }
            ),
        ]
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
