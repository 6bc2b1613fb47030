import Connections
import Documents
import HTTPServer
import NetworkTypes
import Testing
import TestSupport

@Suite("The OpenAPI document")
struct OpenAPITests {
    private let document = Contract.shared.document

    private static let operations = [
        ("/api/v2/actions/connections", "get", "200 400 403 429 503"),
        ("/api/v2/actions/connections", "post", "201 400 403 429 503"),
        ("/api/v2/actions/connections/{connection_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/connections/{connection_id}", "patch", "200 400 403 404 429 503"),
        ("/api/v2/actions/connections/{connection_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/actions/act_tokens", "get", "200 400 403 429 503"),
        ("/api/v2/actions/act_tokens", "post", "201 400 403 429 503"),
        ("/api/v2/actions/act_tokens/{act_token_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/act_tokens/{act_token_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/actions/proxy_sessions", "post", "201 400 403 409 429 503"),
        ("/api/v2/actions/proxy_sessions/{proxy_session_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/proxy_sessions/{proxy_session_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/personal_access_tokens", "get", "200 400 403 429 503"),
        ("/api/v2/personal_access_tokens", "post", "201 400 403 429 503"),
        ("/api/v2/personal_access_tokens/{token_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/personal_access_tokens/{token_id}", "patch", "200 400 403 404 429 503"),
        ("/api/v2/personal_access_tokens/{token_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/service_accounts/{service_account_id}/access_tokens", "get", "200 400 403 404 429 503"),
        ("/api/v2/service_accounts/{service_account_id}/access_tokens", "post", "201 400 403 404 429 503"),
        ("/api/v2/service_accounts/{service_account_id}/access_tokens/{token_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/service_accounts/{service_account_id}/access_tokens/{token_id}", "patch", "200 400 403 404 429 503"),
        ("/api/v2/service_accounts/{service_account_id}/access_tokens/{token_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/actions/token_issuers", "get", "200 400 403 429 503"),
        ("/api/v2/actions/token_issuers", "post", "201 400 403 409 429 503"),
        ("/api/v2/actions/token_issuers/{token_issuer_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/token_issuers/{token_issuer_id}", "patch", "200 400 403 404 409 429 503"),
        ("/api/v2/actions/token_issuers/{token_issuer_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/token", "post", "200 400 429 503"),
        ("/api/v2/delegated-token", "post", "200 403 503"),
        ("/api/v2/cloud_auth/aws/persona_mapping", "get", "200 403 429 503"),
        ("/api/v2/cloud_auth/aws/persona_mapping", "post", "201 400 403 409 429 503"),
        ("/api/v2/cloud_auth/aws/persona_mapping/{persona_mapping_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/cloud_auth/aws/persona_mapping/{persona_mapping_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/restriction_policy/{resource_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/restriction_policy/{resource_id}", "post", "200 400 403 404 429 503"),
        ("/api/v2/restriction_policy/{resource_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/actions/connections/{connection_id}/proxy/{path}", "get", "200 400 403 404 429 503 default"),
        ("/api/v2/actions/connections/{connection_id}/proxy/{path}", "head", "200 400 403 404 429 503 default"),
        ("/api/v2/actions/connections/{connection_id}/proxy/{path}", "post", "200 400 403 404 429 503 default"),
        ("/api/v2/actions/connections/{connection_id}/proxy/{path}", "put", "200 400 403 404 429 503 default"),
        ("/api/v2/actions/connections/{connection_id}/proxy/{path}", "patch", "200 400 403 404 429 503 default"),
        ("/api/v2/actions/connections/{connection_id}/proxy/{path}", "delete", "200 400 403 404 429 503 default"),
        ("/api/v2/actions/connections/{connection_id}/proxy/{path}", "options", "200 400 403 404 429 503 default"),
        ("/api/v2/actions/connections/{connection_id}/test", "post", "200 400 403 404 409 429 503"),
        ("/api/v2/actions/connections/{connection_id}/settings", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/connections/{connection_id}/settings", "put", "200 400 403 404 429 503"),
        ("/api/v2/actions/connection_uses", "get", "200 400 403 429 503"),
        ("/api/v2/actions/connections/{connection_id}/use", "get", "200 400 403 404 429 503"),
        ("/api/v2/audit/webhooks", "get", "200 400 403 429 503"),
        ("/api/v2/audit/webhooks", "post", "201 400 403 409 429 503"),
        ("/api/v2/audit/webhooks/{audit_webhook_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/audit/webhooks/{audit_webhook_id}", "patch", "200 400 403 404 409 429 503"),
        ("/api/v2/audit/webhooks/{audit_webhook_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/actions/connections/{connection_id}/credentials/aws", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/connections/{connection_id}/credentials/azure", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/app_key_registrations", "get", "200 400 403 429 503"),
        ("/api/v2/actions/app_key_registrations/{app_key_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/actions/app_key_registrations/{app_key_id}", "put", "201 400 403 429 503"),
        ("/api/v2/actions/app_key_registrations/{app_key_id}", "delete", "204 400 403 404 429 503"),
        ("/healthz", "get", "200"),
        ("/readyz", "get", "200 503"),
        ("/metrics", "get", "200 403"),
        ("/openapi.json", "get", "200"),
        ("/api/v2/integration/aws/accounts", "get", "200 400 403 429 503"),
        ("/api/v2/integration/aws/accounts", "post", "200 400 403 409 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}", "patch", "200 400 403 404 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}/trust_policy", "get", "200 400 403 404 429 503"),
        (
            "/api/v2/integration/aws/accounts/{aws_account_config_id}/metric_name_filter_preview", "get",
            "200 400 403 404 429 503"
        ),
        (
            "/api/v2/integration/aws/accounts/{aws_account_config_id}/metric_name_filter_preview", "post",
            "200 400 403 404 429 503"
        ),
        ("/api/v2/integration/aws/validate_ccm_config", "post", "200 400 403 429 503"),
        ("/api/v2/integration/aws/event_bridge", "get", "200 403 429 503"),
        ("/api/v2/integration/aws/event_bridge", "post", "200 400 403 409 429 503"),
        ("/api/v2/integration/aws/event_bridge", "delete", "200 400 403 429 503"),
        ("/api/v1/integration/aws/event_bridge", "get", "200 403 429 503"),
        ("/api/v1/integration/aws/event_bridge", "post", "200 400 403 409 429 503"),
        ("/api/v1/integration/aws/event_bridge", "delete", "200 400 403 429 503"),
        ("/api/v2/integration/aws/generate_new_external_id", "post", "200 403 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config", "get", "200 400 403 404 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config", "post", "200 400 403 404 409 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config", "patch", "200 400 403 404 429 503"),
        ("/api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config", "delete", "204 400 403 404 429 503"),
        ("/api/v2/integration/aws/available_namespaces", "get", "200 403 429 503"),
        ("/api/v2/integration/aws/logs/services", "get", "200 403 429 503"),
        ("/api/v2/integration/aws/iam_permissions", "get", "200 403 429 503"),
        ("/api/v2/integration/aws/iam_permissions/standard", "get", "200 403 429 503"),
        ("/api/v2/integration/aws/iam_permissions/resource_collection", "get", "200 403 429 503"),
        ("/api/v1/validate", "get", "200 403 429 503"),
        ("/api/v2/validate", "get", "200 403 429 503"),
        ("/api/v2/validate_keys", "get", "200 403 429 503"),
        ("/api/v2/api_keys", "get", "200 400 403 429 503"),
        ("/api/v2/api_keys", "post", "201 400 403 429 503"),
        ("/api/v2/api_keys/{api_key_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/api_keys/{api_key_id}", "patch", "200 400 403 404 429 503"),
        ("/api/v2/api_keys/{api_key_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/application_keys", "get", "200 400 403 429 503"),
        ("/api/v2/application_keys/{app_key_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/application_keys/{app_key_id}", "patch", "200 400 403 404 429 503"),
        ("/api/v2/application_keys/{app_key_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/current_user/application_keys", "get", "200 400 403 429 503"),
        ("/api/v2/current_user/application_keys", "post", "201 400 403 429 503"),
        ("/api/v2/current_user/application_keys/{app_key_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/current_user/application_keys/{app_key_id}", "patch", "200 400 403 404 429 503"),
        ("/api/v2/current_user/application_keys/{app_key_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/service_accounts/{service_account_id}/application_keys", "get", "200 400 403 404 429 503"),
        ("/api/v2/service_accounts/{service_account_id}/application_keys", "post", "201 400 403 404 429 503"),
        (
            "/api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}", "get",
            "200 400 403 404 429 503"
        ),
        (
            "/api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}", "patch",
            "200 400 403 404 429 503"
        ),
        (
            "/api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}", "delete",
            "204 400 403 404 429 503"
        ),
        ("/api/v2/audit/events", "get", "200 400 403 429 503"),
        ("/api/v2/audit/events/search", "post", "200 400 403 429 503"),
        ("/api/v2/audit/head", "get", "200 403 429 503"),
        ("/api/v2/audit/log", "get", "200 400 403 429 503"),
        ("/api/v2/current_user", "get", "200 403 429 503"),
        ("/api/v2/current_user", "patch", "200 400 403 409 422 429 503"),
        ("/api/v2/users", "get", "200 400 403 429 503"),
        ("/api/v2/users", "post", "201 400 403 409 429 503"),
        ("/api/v2/users/{user_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/users/{user_id}", "patch", "200 400 403 404 409 422 429 503"),
        ("/api/v2/users/{user_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/users/{user_id}/orgs", "get", "200 400 403 404 429 503"),
        ("/api/v2/users/{user_id}/permissions", "get", "200 400 403 404 429 503"),
        ("/api/v2/users/{user_id}/invitations", "delete", "204 400 403 404 429 503"),
        ("/api/v2/user_invitations", "post", "201 400 403 429 503"),
        ("/api/v2/user_invitations/{user_invitation_uuid}", "get", "200 400 403 404 429 503"),
        ("/api/v2/user_invitations/{user_invitation_uuid}/accept", "post", "201 400 403 404 429 503"),
        ("/api/v2/service_accounts", "post", "201 400 403 429 503"),
        ("/api/v2/roles", "get", "200 400 403 429 503"),
        ("/api/v2/roles", "post", "200 400 403 409 429 503"),
        ("/api/v2/roles/{role_id}", "get", "200 400 403 404 429 503"),
        ("/api/v2/roles/{role_id}", "patch", "200 400 403 404 409 422 429 503"),
        ("/api/v2/roles/{role_id}", "delete", "204 400 403 404 429 503"),
        ("/api/v2/roles/{role_id}/clone", "post", "200 400 403 404 409 429 503"),
        ("/api/v2/roles/{role_id}/permissions", "get", "200 400 403 404 429 503"),
        ("/api/v2/roles/{role_id}/permissions", "post", "200 400 403 404 429 503"),
        ("/api/v2/roles/{role_id}/permissions", "delete", "200 400 403 404 429 503"),
        ("/api/v2/roles/{role_id}/users", "get", "200 400 403 404 429 503"),
        ("/api/v2/roles/{role_id}/users", "post", "200 400 403 404 429 503"),
        ("/api/v2/roles/{role_id}/users", "delete", "200 400 403 404 429 503"),
        ("/api/v2/permissions", "get", "200 400 403 429 503"),
    ]

    @Test("lists each route with each status that is documented", arguments: operations)
    func statuses(_ path: String, _ method: String, _ statuses: String) throws {
        let operation = try #require(document["paths"]?[path]?[method])
        #expect(try #require(operation["responses"]).names.sorted().joined(separator: " ") == statuses)
        let parameters = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
        let described = operation["parameters"]?.elements.filter { $0["in"] == "path" } ?? []
        #expect(described.compactMap { $0["name"]?.text?.string } == parameters.map(String.init))
        let isOpen = ["/api/v2/token", "/api/v2/delegated-token"].contains(path) || !path.hasPrefix("/api")
        #expect((operation["security"] != nil) == !isOpen)
    }

    @Test("lists nothing else, and names each operation once")
    func complete() {
        let operations = document["paths"]?.members.flatMap { path in
            path.value.members.map { (name: "\($0.name.string) \(path.name.string)", value: $0.value) }
        }
        #expect(Set(operations?.map(\.name) ?? []) == Set(Self.operations.map { "\($0.1) \($0.0)" }))
        let ids = operations?.compactMap { $0.value["operationId"]?.text?.string } ?? []
        #expect(Set(ids).count == Self.operations.count)
    }

    @Test("has no reference that leads nowhere")
    func references() {
        var references: [String] = []
        func collect(_ value: JSONValue) {
            for member in value.members {
                if member.name == "$ref", let text = member.value.text?.string { references.append(text) }
                collect(member.value)
            }
            value.elements.forEach(collect)
        }
        collect(document)
        #expect(!references.isEmpty)
        for reference in Set(references) { #expect(document.at(String(reference.dropFirst())) != nil, "\(reference)") }
    }

    @Test(
        "describes every kind of credentials, and the bodies that these tests send",
        arguments: [
            ("ActionConnectionCreate", Bodies.openAI(), true),
            ("ActionConnectionCreate", Bodies.aws(), true),
            ("ActionConnectionCreate", Bodies.datadog(apiKey: "a", appKey: "b"), true),
            ("ActionConnectionCreate", Bodies.http(["tokens": "[\(Bodies.token("a", "b"))]"]), true),
            ("ActionConnectionCreate", Bodies.datadog(apiKey: "a"), false),
            ("ActionConnectionCreate", Bodies.openAI(name: nil), false),
            ("ActionConnectionCreate", Bodies.openAI(token: ""), false),
            ("ActionConnectionCreate", Bodies.aws(#","account_id":"1","role":"r""#), false),
            ("ActionConnectionUpdate", Bodies.rename("New"), true),
            ("ActionConnectionUpdate", Bodies.datadog(name: nil, datacenter: nil), true),
            ("ActionConnectionUpdate", Bodies.aws(#","generate_new_external_id":true"#), true),
            ("ActionConnectionUpdate", Bodies.rename(""), false),
            ("RestrictionPolicyUpdate", Bodies.policy([("editor", ["user:1"])]), true),
            ("RestrictionPolicyUpdate", Bodies.policy([]), true),
        ]
    )
    func examples(_ schema: String, _ body: String, _ isValid: Bool) throws {
        let value = Answer(Response(status: 200, body: Array(body.utf8))).json
        let described = try #require(document["components"]?["schemas"]?[schema])
        let faults = SchemaValidator(document: document).faults(of: value, against: described, at: "")
        #expect(faults.isEmpty == isValid, "\(faults)")
    }

    @Test("is what a validator of ours would notice to be untrue")
    func validator() {
        let answer = Answer(
            Response(
                status: 200,
                headers: [.init(name: "Content-Type", value: "application/vnd.api+json")],
                body: Array("{}".utf8)
            )
        )
        #expect(!Contract.shared.faults(of: answer, to: .get, Paths.connections).isEmpty)
        #expect(!Contract.shared.faults(of: answer, to: .delete, Paths.connection("x")).isEmpty)
    }
}
