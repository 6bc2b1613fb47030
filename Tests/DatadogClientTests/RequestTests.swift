@testable import DatadogClient
import Foundation
import Testing

@Suite("A request", .timeLimit(.minutes(10)))
struct RequestTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        var body: String?
        let send: @Sendable (Client) async throws -> Void

        var testDescription: String { "\(method) \(target)" }
    }

    private static let export = DataExport(
        reportName: "r",
        reportPrefix: "p",
        reportType: "CUR2.0",
        bucketName: "b",
        bucketRegion: "us-east-1"
    )

    static let goldens: [Golden] = [
        Golden(
            method: "POST",
            target: "/api/v2/actions/connections",
            body:
                #"{"data":{"type":"action_connection","attributes":{"integration":{"type":"OpenAI","credentials":{"type":"OpenAIAPIKey","api_token":"t"}},"name":"é\"\n","tags":["a:b"]}}}"#
        ) {
            let integration = Integration.openAI(.apiKey(OpenAIAPIKey(apiToken: Secret("t"))))
            _ = try await $0.connections.create(NewConnection(name: "é\"\n", integration: integration, tags: ["a:b"]))
        },
        Golden(method: "GET", target: "/api/v2/actions/connections/a%2Fb%20%C3%A9") {
            _ = try await $0.connections.get("a/b é")
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/actions/connections/x",
            body: #"{"data":{"type":"action_connection","attributes":{"name":"n"}}}"#
        ) { _ = try await $0.connections.update("x", with: ConnectionUpdate(name: "n")) },
        Golden(
            method: "PATCH",
            target: "/api/v2/actions/connections/x",
            body:
                #"{"data":{"type":"action_connection","attributes":{"integration":{"type":"HTTP","credentials":{"type":"HTTPTokenAuth","body":{},"headers":[{"name":"A","value":"v"},{"name":"B","deleted":true}],"tokens":[{"name":"t","type":"SECRET","value":"s"},{"name":"u","type":"SECRET","value":"","deleted":true}]}}}}}"#
        ) {
            let credentials = HTTPTokenAuthUpdate(
                body: HTTPBody(),
                headers: [HTTPHeaderUpdate(name: "A", value: "v"), HTTPHeaderUpdate(name: "B", deleted: true)],
                tokens: [HTTPTokenUpdate(name: "t", value: Secret("s")), HTTPTokenUpdate(name: "u", deleted: true)]
            )
            let integration = IntegrationUpdate.http(HTTPIntegrationUpdate(credentials: .tokenAuth(credentials)))
            _ = try await $0.connections.update("x", with: ConnectionUpdate(integration: integration))
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/actions/connections/x",
            body:
                #"{"data":{"type":"action_connection","attributes":{"integration":{"type":"AWS","credentials":{"type":"AWSAssumeRole","generate_new_external_id":true}}}}}"#
        ) {
            let credentials = AWSAssumeRoleUpdate(generateNewExternalID: true)
            _ = try await $0.connections.update(
                "x",
                with: ConnectionUpdate(integration: .aws(.assumeRole(credentials)))
            )
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/actions/connections/x",
            body:
                #"{"data":{"type":"action_connection","attributes":{"integration":{"type":"Azure","credentials":{"type":"AzureTenant","custom_scopes":null}}}}}"#
        ) {
            let credentials = AzureTenantUpdate(customScopes: .remove)
            _ = try await $0.connections.update("x", with: ConnectionUpdate(integration: .azure(.tenant(credentials))))
        },
        Golden(method: "DELETE", target: "/api/v2/actions/connections/x") { try await $0.connections.delete("x") },
        Golden(
            method: "GET",
            target:
                "/api/v2/actions/connections?filter%5Bintegration%5D=AWS&filter%5Bquery%5D=a%26b&page%5Bsize%5D=10&page%5Bnumber%5D=0"
        ) { _ = try await $0.connections.list(integration: "AWS", query: "a&b") },
        Golden(method: "PUT", target: "/api/v2/actions/app_key_registrations/k") {
            try await $0.appKeyRegistrations.register("k")
        },
        Golden(method: "GET", target: "/api/v2/actions/app_key_registrations/k") {
            _ = try await $0.appKeyRegistrations.get("k")
        },
        Golden(method: "DELETE", target: "/api/v2/actions/app_key_registrations/k") {
            try await $0.appKeyRegistrations.unregister("k")
        },
        Golden(
            method: "POST",
            target: "/api/v2/integration/aws/accounts",
            body:
                #"{"data":{"type":"account","attributes":{"aws_account_id":"123456789012","aws_partition":"aws-us-gov","auth_config":{"access_key_id":"AKIA","secret_access_key":"s"},"aws_regions":{"include_all":true},"metrics_config":{"namespace_filters":{"exclude_only":["AWS/SQS"]},"metric_name_filters":[{"namespace":"AWS/EC2","include_only":["CPU*"]}]}}}}"#
        ) {
            let account = NewAWSAccount(
                accountID: "123456789012",
                partition: .government,
                authentication: .accessKeys(AWSAccessKeys(accessKeyID: "AKIA", secretAccessKey: Secret("s"))),
                regions: .all,
                metrics: AWSMetricsConfig(
                    namespaceFilters: .allBut(["AWS/SQS"]),
                    metricNameFilters: [AWSMetricNameFilter(namespace: "AWS/EC2", names: .only(["CPU*"]))]
                )
            )
            _ = try await $0.awsAccounts.create(account)
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/integration/aws/accounts/x",
            body: #"{"data":{"type":"account","attributes":{"aws_account_id":"123456789012","account_tags":[]}}}"#
        ) {
            _ = try await $0.awsAccounts.update("x", with: AWSAccountUpdate(accountID: "123456789012", accountTags: []))
        },
        Golden(method: "GET", target: "/api/v2/integration/aws/accounts?aws_account_id=1") {
            _ = try await $0.awsAccounts.list(accountID: "1")
        },
        Golden(method: "GET", target: "/api/v2/integration/aws/accounts/x/trust_policy") {
            _ = try await $0.awsAccounts.trustPolicy(of: "x")
        },
        Golden(method: "POST", target: "/api/v2/integration/aws/generate_new_external_id") {
            _ = try await $0.awsAccounts.makeExternalID()
        },
        Golden(method: "GET", target: "/api/v2/integration/aws/iam_permissions/resource_collection") {
            _ = try await $0.awsAccounts.iamPermissions(.resourceCollection)
        },
        Golden(
            method: "POST",
            target: "/api/v2/integration/aws/accounts/x/ccm_config",
            body:
                #"{"data":{"type":"ccm_config","attributes":{"ccm_config":{"data_export_configs":[{"report_name":"r","report_prefix":"p","report_type":"CUR2.0","bucket_name":"b","bucket_region":"us-east-1"}]}}}}"#
        ) { _ = try await $0.ccmConfigs.create(for: "x", dataExports: [export]) },
        Golden(method: "GET", target: "/api/v2/integration/aws/event_bridge") {
            _ = try await $0.awsAccounts.eventBridgeSources()
        },
        Golden(
            method: "POST",
            target: "/api/v2/integration/aws/event_bridge",
            body:
                #"{"data":{"type":"event_bridge","attributes":{"account_id":"1","create_event_bus":true,"event_generator_name":"n","region":"us-east-1"}}}"#
        ) {
            _ = try await $0.awsAccounts.addEventBridgeSource(named: "n", to: "1", in: "us-east-1", createsBus: true)
        },
        Golden(
            method: "DELETE",
            target: "/api/v2/integration/aws/event_bridge",
            body:
                #"{"data":{"type":"event_bridge","attributes":{"account_id":"1","event_generator_name":"n-0","region":"us-east-1"}}}"#
        ) {
            let source = EventBridgeSource(accountID: "1", name: "n-0", region: "us-east-1")
            try await $0.awsAccounts.removeEventBridgeSource(source)
        },
        Golden(method: "GET", target: "/api/v2/integration/aws/accounts/x/metric_name_filter_preview") {
            _ = try await $0.awsAccounts.metricNamePreview(in: "x")
        },
        Golden(
            method: "POST",
            target: "/api/v2/integration/aws/accounts/x/metric_name_filter_preview",
            body:
                #"{"data":{"type":"metric_name_filter_preview","attributes":{"metric_name_filters":[{"namespace":"AWS/EC2","exclude_only":["*"]}]}}}"#
        ) {
            let filter = AWSMetricNameFilter(namespace: "AWS/EC2", names: .allBut(["*"]))
            _ = try await $0.awsAccounts.metricNamePreview(of: [filter], in: "x")
        },
        Golden(
            method: "POST",
            target: "/api/v2/integration/aws/validate_ccm_config",
            body:
                #"{"data":{"type":"ccm_config_validation","attributes":{"account_id":"1","bucket_name":"b","bucket_region":"us-east-1","report_name":"r","report_prefix":"p"}}}"#
        ) { _ = try await $0.ccmConfigs.validate(export, of: "1") },
        Golden(
            method: "POST",
            target: "/api/v2/api_keys",
            body: #"{"data":{"type":"api_keys","attributes":{"name":"n"}}}"#
        ) {
            _ = try await $0.apiKeys.create(NewAPIKey(name: "n"))
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/api_keys/k",
            body: #"{"data":{"id":"k","type":"api_keys","attributes":{"name":"n"}}}"#
        ) {
            _ = try await $0.apiKeys.update("k", with: APIKeyUpdate(name: "n"))
        },
        Golden(
            method: "POST",
            target: "/api/v2/current_user/application_keys",
            body: #"{"data":{"type":"application_keys","attributes":{"name":"n","scopes":["connections_read"]}}}"#
        ) {
            _ = try await $0.applicationKeys.ofCurrentUser.create(
                NewApplicationKey(name: "n", scopes: ["connections_read"])
            )
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/service_accounts/s/application_keys/k",
            body: #"{"data":{"id":"k","type":"application_keys","attributes":{"scopes":[]}}}"#
        ) {
            _ = try await $0.applicationKeys.ofServiceAccount("s").update("k", with: ApplicationKeyUpdate(scopes: []))
        },
        Golden(
            method: "POST",
            target: "/api/v2/users",
            body:
                #"{"data":{"type":"users","attributes":{"email":"a@b.c"},"relationships":{"roles":{"data":[{"id":"r","type":"roles"}]}}}}"#
        ) { _ = try await $0.users.create(NewUser(email: "a@b.c", roleIDs: ["r"])) },
        Golden(
            method: "POST",
            target: "/api/v2/service_accounts",
            body: #"{"data":{"type":"users","attributes":{"email":"a@b.c","service_account":true}}}"#
        ) { _ = try await $0.users.createServiceAccount(NewServiceAccount(email: "a@b.c")) },
        Golden(
            method: "PATCH",
            target: "/api/v2/users/u",
            body: #"{"data":{"id":"u","type":"users","attributes":{"title":null,"disabled":true}}}"#
        ) { _ = try await $0.users.update("u", with: UserUpdate(title: .remove, isDisabled: true)) },
        Golden(
            method: "POST",
            target: "/api/v2/roles",
            body:
                #"{"data":{"type":"roles","attributes":{"name":"n"},"relationships":{"permissions":{"data":[{"id":"p","type":"permissions"}]}}}}"#
        ) {
            _ = try await $0.roles.create(NewRole(name: "n", permissionIDs: ["p"]))
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/roles/r",
            body:
                #"{"data":{"id":"r","type":"roles","attributes":{},"relationships":{"permissions":{"data":[]}}}}"#
        ) {
            _ = try await $0.roles.update("r", with: RoleUpdate(permissionIDs: []))
        },
        Golden(
            method: "POST",
            target: "/api/v2/roles/r/clone",
            body: #"{"data":{"type":"roles","attributes":{"name":"n"}}}"#
        ) {
            _ = try await $0.roles.clone("r", as: "n")
        },
        Golden(
            method: "POST",
            target: "/api/v2/user_invitations",
            body:
                #"{"data":[{"type":"user_invitations","relationships":{"user":{"data":{"id":"u","type":"users"}}}}]}"#
        ) {
            _ = try await $0.users.invite(["u"])
        },
        Golden(
            method: "PATCH",
            target: "/api/v2/current_user",
            body: #"{"data":{"id":"u","type":"users","attributes":{"title":null}}}"#
        ) {
            _ = try await $0.users.updateCurrent("u", with: UserUpdate(title: .remove))
        },
        Golden(method: "DELETE", target: "/api/v2/roles/r") { try await $0.roles.delete("r") },
        Golden(
            method: "DELETE",
            target: "/api/v2/roles/r/permissions",
            body: #"{"data":{"id":"p","type":"permissions"}}"#
        ) {
            try await $0.roles.revoke("p", from: "r")
        },
        Golden(method: "DELETE", target: "/api/v2/roles/r/users", body: #"{"data":{"id":"u","type":"users"}}"#) {
            try await $0.roles.remove("u", from: "r")
        },
    ]

    @Test("has the method, the path and the body that the API documents", arguments: goldens)
    func golden(_ golden: Golden) async throws {
        let transport = FakeTransport("{}")
        // The response is not what the operation expects; what counts was sent before.
        _ = try? await golden.send(Client.faked(transport))
        let request = try #require(await transport.requests.first)
        #expect(request.method == golden.method)
        #expect(request.url.absoluteString == "https://api.datadoghq.com" + golden.target)
        #expect(request.bodyText == golden.body)
        #expect(request.header("Content-Type") == (golden.body == nil ? nil : "application/json"))
    }

    @Test("carries the keys, what it accepts, and who sends it")
    func headers() async throws {
        let transport = FakeTransport(Recorded.connection)
        let client = Client.faked(transport)
        _ = try await client.connections.get("x")
        try await client.connections.delete("x")
        _ = try await client.validation.isAPIKeyValid()
        let requests = await transport.requests
        let sendsKeys =
            requests[0].header("DD-API-KEY") == Keys.api && requests[0].header("DD-APPLICATION-KEY") == Keys.application
        #expect(sendsKeys)
        #expect(requests[0].header("accept") == "application/json")
        #expect(requests[1].header("accept") == "*/*")
        #expect(requests[2].header("DD-APPLICATION-KEY") == nil)
        #expect(requests[0].header("User-Agent")?.hasPrefix("datadog-api-client-swift/0.1.0 (swift ") == true)
        #expect(requests[0].timeout == .seconds(60))
    }

    @Test("leaves out the header of a key that is not configured")
    func withoutKeys() async throws {
        let transport = FakeTransport(Recorded.connection)
        let client = Client(
            Configuration(site: .eu1, apiKey: nil, applicationKey: nil, product: "tool/1"),
            transport: transport
        )
        _ = try await client.connections.get("x")
        let request = try #require(await transport.requests.first)
        #expect(request.headers.allSatisfy { !$0.name.hasPrefix("DD-") })
        #expect(request.header("User-Agent")?.hasPrefix("tool/1 datadog-api-client-swift/") == true)
        #expect(request.url.absoluteString == "https://api.datadoghq.eu/api/v2/actions/connections/x")
    }
}
