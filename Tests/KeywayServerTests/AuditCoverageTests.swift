import Access
import Documents
import HTTPServer
import KeywayServer
import Testing
import TestSupport

@Suite("Every change")
struct AuditCoverageTests {
    /// The audit events of each route that changes something, in the order of one story.
    private static let actions = [
        "POST /api/v2/actions/connections": "connection.create",
        "PATCH /api/v2/actions/connections/{connection_id}": "connection.update",
        "DELETE /api/v2/actions/connections/{connection_id}": "connection.delete",
        "PUT /api/v2/actions/connections/{connection_id}/settings": "connection_settings.update",
        "POST /api/v2/actions/act_tokens": "act_token.create",
        "DELETE /api/v2/actions/act_tokens/{act_token_id}": "act_token.revoke",
        "POST /api/v2/actions/proxy_sessions": "proxy_session.create",
        "DELETE /api/v2/actions/proxy_sessions/{proxy_session_id}": "proxy_session.end",
        "POST /api/v2/personal_access_tokens": "access_token.create",
        "PATCH /api/v2/personal_access_tokens/{token_id}": "access_token.update",
        "DELETE /api/v2/personal_access_tokens/{token_id}": "access_token.revoke",
        "POST /api/v2/service_accounts/{service_account_id}/access_tokens": "access_token.create",
        "PATCH /api/v2/service_accounts/{service_account_id}/access_tokens/{token_id}": "access_token.update",
        "DELETE /api/v2/service_accounts/{service_account_id}/access_tokens/{token_id}": "access_token.revoke",
        "POST /api/v2/audit/webhooks": "audit_webhook.create",
        "PATCH /api/v2/audit/webhooks/{audit_webhook_id}": "audit_webhook.update",
        "DELETE /api/v2/audit/webhooks/{audit_webhook_id}": "audit_webhook.delete",
        "POST /api/v2/actions/token_issuers": "token_issuer.create",
        "POST /api/v2/cloud_auth/aws/persona_mapping": "persona_mapping.create",
        "DELETE /api/v2/cloud_auth/aws/persona_mapping/{persona_mapping_id}": "persona_mapping.delete",
        "PATCH /api/v2/actions/token_issuers/{token_issuer_id}": "token_issuer.update",
        "DELETE /api/v2/actions/token_issuers/{token_issuer_id}": "token_issuer.delete",
        "PUT /api/v2/actions/app_key_registrations/{app_key_id}": "app_key_registration.create",
        "DELETE /api/v2/actions/app_key_registrations/{app_key_id}": "app_key_registration.delete",
        "POST /api/v2/integration/aws/accounts": "aws_account.create",
        "PATCH /api/v2/integration/aws/accounts/{aws_account_config_id}": "aws_account.update",
        "DELETE /api/v2/integration/aws/accounts/{aws_account_config_id}": "aws_account.delete",
        "POST /api/v2/integration/aws/generate_new_external_id": "aws_external_id.create",
        "POST /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config": "aws_ccm_config.create",
        "PATCH /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config": "aws_ccm_config.update",
        "DELETE /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config": "aws_ccm_config.delete",
        "POST /api/v2/integration/aws/event_bridge": "aws_event_bridge.create",
        "DELETE /api/v2/integration/aws/event_bridge": "aws_event_bridge.delete",
        "POST /api/v1/integration/aws/event_bridge": "aws_event_bridge.create",
        "DELETE /api/v1/integration/aws/event_bridge": "aws_event_bridge.delete",
        "POST /api/v2/api_keys": "api_key.create",
        "PATCH /api/v2/api_keys/{api_key_id}": "api_key.update",
        "DELETE /api/v2/api_keys/{api_key_id}": "api_key.delete",
        "PATCH /api/v2/application_keys/{app_key_id}": "application_key.update",
        "DELETE /api/v2/application_keys/{app_key_id}": "application_key.delete",
        "POST /api/v2/current_user/application_keys": "application_key.create",
        "PATCH /api/v2/current_user/application_keys/{app_key_id}": "application_key.update",
        "DELETE /api/v2/current_user/application_keys/{app_key_id}": "application_key.delete",
        "POST /api/v2/service_accounts": "service_account.create",
        "POST /api/v2/service_accounts/{service_account_id}/application_keys": "application_key.create",
        "PATCH /api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}": "application_key.update",
        "DELETE /api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}": "application_key.delete",
        "POST /api/v2/restriction_policy/{resource_id}": "restriction_policy.update",
        "DELETE /api/v2/restriction_policy/{resource_id}": "restriction_policy.delete",
        "POST /api/v2/users": "user.create",
        "PATCH /api/v2/users/{user_id}": "user.update",
        "PATCH /api/v2/current_user": "user.update",
        "DELETE /api/v2/users/{user_id}": "user.disable",
        "POST /api/v2/user_invitations": "user_invitation.create",
        "POST /api/v2/user_invitations/{user_invitation_uuid}/accept": "user_invitation.accept",
        "DELETE /api/v2/users/{user_id}/invitations": "user_invitation.delete",
        "POST /api/v2/roles": "role.create",
        "PATCH /api/v2/roles/{role_id}": "role.update",
        "DELETE /api/v2/roles/{role_id}": "role.delete",
        "POST /api/v2/roles/{role_id}/clone": "role.create",
        "POST /api/v2/roles/{role_id}/permissions": "role.add_permission",
        "DELETE /api/v2/roles/{role_id}/permissions": "role.remove_permission",
        "POST /api/v2/roles/{role_id}/users": "role.add_user",
        "DELETE /api/v2/roles/{role_id}/users": "role.remove_user",
    ]

    /// Requests other than GET that change nothing, and the one that has no keys, of which `TokenExchangeTests` knows
    /// more. Those that ask AWS have two events, which end-to-end tests check.
    private static let reading: Set = [
        "POST /api/v2/audit/events/search", "POST /api/v2/token", "POST /api/v2/delegated-token",
        "POST /api/v2/integration/aws/validate_ccm_config",
        "POST /api/v2/integration/aws/accounts/{aws_account_config_id}/metric_name_filter_preview",
    ]

    /// Whether a route acts through a connection: that leaves two events, of which `ActTests` knows more.
    private static func acts(_ route: String) -> Bool {
        route.hasSuffix("/proxy/{path}") || route.hasSuffix("/{connection_id}/test")
    }

    @Test("of each route leaves its event, and there is no route without one")
    func isAudited() async throws {
        let world = try await AuditStory()
        let described = Contract.shared.document["paths"]?.members.flatMap { path in
            path.value.members.map { "\($0.name.string.uppercased()) \(path.name.string)" }
        }
        let changing = Set(described ?? []).filter { !$0.hasPrefix("GET ") && !Self.acts($0) }
            .subtracting(Self.reading)
        #expect(changing.subtracting(Self.actions.keys).sorted() == [], "these routes are not listed here")
        #expect(Set(Self.actions.keys).subtracting(changing).sorted() == [], "these are no routes")
        for route in changing.sorted() {
            guard let action = Self.actions[route] else { continue }
            let event = try await world.event(of: route)
            #expect(event["action"]?.text?.string == action, "\(route)")
            // Who accepts is who was invited.
            let isAdmin = event["actor"]?["user_id"]?.text?.string == world.fixture.admin.user.description
            #expect(isAdmin != route.hasSuffix("/accept"))
            #expect(event["request_id"] != nil)
        }
    }
}

/// Sends one request to each route, about things that are new.
private struct AuditStory {
    let fixture: Fixture

    init() async throws {
        fixture = try await Fixture()
    }

    /// The newest event after a request to a route.
    func event(of route: String) async throws -> JSONValue {
        let words = route.split(separator: " ").map(String.init)
        let method = HTTPMethod(words[0])
        let template = words[1]
        var target = try await target(of: template, method)
        if template.hasSuffix("/event_bridge"), method == .delete {
            // Its name is assigned.
            let isFirst = template.contains("/v1/")
            let created = try await fixture.send(.post, template, body: Self.eventBridge(isFirst, named: "gone"))
            let attributes = created.json["data"]?["attributes"] ?? created.json
            target.body = Self.eventBridge(isFirst, named: attributes["event_source_name"]?.text?.string ?? "")
        }
        let before = try fixture.events().count
        let answer = try await fixture.send(method, target.path, as: fixture.admin, body: target.body)
        #expect(answer.status < 300, "\(route): \(answer.text)")
        let events = try fixture.events()
        #expect(events.count == before + 1, "\(route)")
        let event = try #require(events.max { $0.sequence < $1.sequence })
        #expect(event["request_id"]?.text?.string == answer.requestID)
        return event
    }

    private func target(of template: String, _ method: HTTPMethod) async throws -> (path: String, body: String?) {
        var path = template
        var body: String?
        func put(_ parameter: String, _ id: String) { path.replace("{\(parameter)}", with: id) }
        let member = try await fixture.member(
            [.readOnly],
            isRegistered: method != .put,
            isServiceAccount: path.contains("service_account")
        )
        put("app_key_id", (path.contains("current_user") ? try await ownKey() : member.applicationKey).description)
        put("service_account_id", member.user.description)
        put("user_id", member.user.description)
        if template.hasSuffix("/users") {
            put("role_id", (method == .delete ? Role.readOnly : .standard).id.description)
        }
        if path.contains("{role_id}") {
            put("role_id", try await fixture.ownRole([.connectionsRead]).id.description)
        }
        if path.contains("invitation"), path != "/api/v2/user_invitations" {
            let invitations = "/api/v2/user_invitations"
            let sent = try await fixture.send(.post, invitations, body: AccessBodies.invitation(of: member.user))
            put("user_invitation_uuid", try #require(sent["/data/0/id"]?.text?.string))
            body = AccessBodies.acceptance(try #require(sent["/data/0/attributes/code"]?.text?.string))
        }
        if path.contains("{connection_id}") { put("connection_id", try await fixture.create(Bodies.openAI())) }
        if path.contains("{aws_account_config_id}") {
            let number = try fixture.events().count
            let account = try await fixture.send(.post, Self.accounts, body: Self.account(number))
            put("aws_account_config_id", account.id)
            if path.hasSuffix("/ccm_config"), method != .post {
                _ = try await fixture.send(.post, path, body: Self.ccmConfig)
            }
            body = Self.account(number)
        }
        if path.contains("{resource_id}") {
            put("resource_id", "connection:\(try await fixture.create(Bodies.openAI()))")
            if method == .delete { _ = try await fixture.send(.post, path, body: policy) }
            body = policy
        }
        if path.contains("act_tokens") {
            let token = AccessBodies.actToken(through: try await fixture.create(Bodies.openAI()))
            body = token
            if path.contains("{act_token_id}") {
                put("act_token_id", try await fixture.send(.post, "/api/v2/actions/act_tokens", body: token).id)
            }
        }
        if path.contains("proxy_sessions") {
            let session = AccessBodies.proxySession(through: try await fixture.create(Bodies.openAI()))
            body = session
            if path.contains("{proxy_session_id}") {
                put(
                    "proxy_session_id",
                    try await fixture.send(.post, "/api/v2/actions/proxy_sessions", body: session).id
                )
            }
        }
        if path.contains("access_tokens") {
            let isPersonal = path.contains("personal")
            let token = AccessBodies.accessToken(isPersonal: isPersonal, expires: true)
            body = method == .post ? token : AccessBodies.accessToken(isPersonal: isPersonal, expires: false)
            if path.contains("{token_id}") {
                let collection = path.replacing("/{token_id}", with: "")
                put("token_id", try await fixture.send(.post, collection, body: token).id)
            }
        }
        if path.contains("token_issuers") {
            let number = try fixture.events().count
            let issuer = Bodies.tokenIssuer(number, try await fixture.member([.readOnly], isServiceAccount: true))
            body = issuer
            if path.contains("{token_issuer_id}") {
                put("token_issuer_id", try await fixture.send(.post, "/api/v2/actions/token_issuers", body: issuer).id)
            }
        }
        if path.contains("/audit/webhooks") {
            let webhook = Bodies.auditWebhook(try fixture.events().count)
            body = webhook
            if path.contains("{audit_webhook_id}") {
                put("audit_webhook_id", try await fixture.send(.post, "/api/v2/audit/webhooks", body: webhook).id)
            }
        }
        if path.contains("persona_mapping") {
            let number = try fixture.events().count
            let mapping = Bodies.personaMapping(number, try await fixture.member([.readOnly], isServiceAccount: true))
            body = mapping
            if path.contains("{persona_mapping_id}") {
                let place = "/api/v2/cloud_auth/aws/persona_mapping"
                put("persona_mapping_id", try await fixture.send(.post, place, body: mapping).id)
            }
        }
        if path.contains("{api_key_id}") {
            put("api_key_id", try await fixture.send(.post, "/api/v2/api_keys", body: AccessBodies.apiKey()).id)
        }
        switch (template.split(separator: "/").last ?? "", method) {
        case ("connections", _): body = Bodies.openAI()
        case ("{connection_id}", _): body = Bodies.rename("New")
        case ("settings", _): body = Bodies.settings(#""probe_path":"/a""#)
        case ("accounts", _): body = Self.account(7)
        case ("ccm_config", _): body = Self.ccmConfig
        case ("event_bridge", _): body = Self.eventBridge(template.contains("/v1/"), named: "new")
        case ("api_keys", _), ("{api_key_id}", _): body = AccessBodies.apiKey(#""name":"New""#)
        case ("application_keys", _): body = AccessBodies.applicationKey(scopes: #"["connections_read"]"#)
        case ("{app_key_id}", .patch): body = AccessBodies.key("application_keys", #""name":"New""#)
        case ("users", _) where template.contains("roles"): body = AccessBodies.reference(member.user)
        case ("user_invitations", _): body = AccessBodies.invitation(of: member.user)
        case ("roles", _): body = AccessBodies.role("Created")
        case ("{role_id}", .patch): body = AccessBodies.role("Changed")
        case ("clone", _): body = AccessBodies.role("Copied")
        case ("permissions", .post): body = AccessBodies.reference(to: .auditLogsRead)
        case ("permissions", _): body = AccessBodies.reference(to: .connectionsRead)
        case ("users", _): body = AccessBodies.user()
        case ("service_accounts", _): body = AccessBodies.user(email: "bot@example.com", isServiceAccount: true)
        case ("current_user", _): body = AccessBodies.userUpdate(#""name":"New""#)
        case ("{user_id}", _): body = AccessBodies.userUpdate(#""name":"New""#, id: member.user.description)
        default: break
        }
        return (path, method == .delete && !template.contains("{role_id}/") ? nil : body)
    }

    /// A further key of the admin.
    private func ownKey() async throws -> Identifier {
        let path = "/api/v2/current_user/application_keys"
        let key = try await fixture.send(.post, path, body: AccessBodies.applicationKey())
        return try #require(Identifier(key.id))
    }

    /// The admin as the editor.
    private var policy: String { Bodies.policy([("editor", ["user:\(fixture.admin.user)"])]) }

    private static let accounts = "/api/v2/integration/aws/accounts"

    private static func account(_ number: Int) -> String {
        let digits = String(100_000_000_000 + number)
        return #"""
            {"data":{"type":"account","attributes":{"aws_account_id":"\#(digits)","aws_partition":"aws",
            "auth_config":{"role_name":"Test"}}}}
            """#
    }

    private static func eventBridge(_ isFirst: Bool, named name: String) -> String {
        let attributes = #"""
            {"account_id":"\#(isFirst ? 1 : 2)00000000000","event_generator_name":"\#(name)","region":"us-east-1"}
            """#
        return isFirst ? attributes : #"{"data":{"type":"event_bridge","attributes":\#(attributes)}}"#
    }

    private static let ccmConfig = #"""
        {"data":{"type":"ccm_config","attributes":{"ccm_config":{"data_export_configs":[{"report_name":"report",
        "report_prefix":"reports","report_type":"CUR2.0","bucket_name":"bucket","bucket_region":"us-east-1"}]}}}}
        """#
}

extension JSONValue {
    fileprivate var sequence: Int64 {
        if case .integer(let number)? = self["sequence"] { number } else { 0 }
    }
}
