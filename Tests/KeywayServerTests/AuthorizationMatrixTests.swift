import Access
import Documents
import HTTPServer
import KeywayServer
import Testing
import TestSupport
import UpstreamTesting

/// Every route, by every kind of caller, and the status that answers them.
///
/// All keys are of the organisation whose things the routes are about, except the last column. What stands in a path
/// is new for each request. The columns:
///
/// - none, wrong: no keys; keys that nobody has.
/// - admin, stand., reader: unscoped keys, registered for connections, of users with one of the shipped roles.
/// - unreg.: an admin's key that is not registered.
/// - exact, but, empty: an admin's registered key whose scopes are what the route needs and nothing else; everything
///   but the first of what it needs; an empty list, which means unscoped.
/// - alien: the admin of another organisation, who names things of this one.
///
/// Credentials for clouds' own tools are given for a token alone, and so for nobody here.
///
/// `@own` stands for a path about the caller's own key, `@other` for one about a reader's, `@account` for one about a
/// service account's; `@ours` for one about a role of the organisation's own, and else roles are shipped; `role` for
/// what the role grants that is given.
private let table = """
                                                          none wrong admin stand. reader unreg. exact   but empty alien

    /api/v2/actions/connections
        GET             connections_read                   403   403   200    200    200    403   200   403   200   200
        POST            connections_write                  403   403   201    201    403    403   201   403   201   201

    /api/v2/actions/connections/{connection_id}
        GET             connections_read                   403   403   200    200    200    403   200   403   200   404
        PATCH           connections_write                  403   403   200    200    403    403   200   403   200   404
        DELETE          connections_write                  403   403   204    204    403    403   204   403   204   404

    /api/v2/actions/connections/{connection_id}/proxy/{path}
        GET             connections_resolve                403   403   200    200    403    403   200   403   200   404
        HEAD            connections_resolve                403   403   200    200    403    403   200   403   200   404
        POST            connections_resolve                403   403   200    200    403    403   200   403   200   404
        PUT             connections_resolve                403   403   200    200    403    403   200   403   200   404
        PATCH           connections_resolve                403   403   200    200    403    403   200   403   200   404
        DELETE          connections_resolve                403   403   200    200    403    403   200   403   200   404
        OPTIONS         connections_resolve                403   403   200    200    403    403   200   403   200   404

    /api/v2/actions/connections/{connection_id}/test
        POST            connections_resolve                403   403   200    200    403    403   200   403   200   404

    /api/v2/actions/connection_uses
        GET             connections_read                   403   403   200    200    200    403   200   403   200   200

    /api/v2/actions/connections/{connection_id}/use
        GET             connections_read                   403   403   200    200    200    403   200   403   200   404

    /api/v2/actions/connections/{connection_id}/credentials/aws
        GET             -                                  403   403   403    403    403    403   403   403   403   403

    /api/v2/actions/connections/{connection_id}/credentials/azure
        GET             -                                  403   403   403    403    403    403   403   403   403   403

    /api/v2/actions/connections/{connection_id}/settings
        GET             connections_read                   403   403   200    200    200    403   200   403   200   404
        PUT             connections_write                  403   403   200    200    403    403   200   403   200   404

    /api/v2/actions/act_tokens
        GET             connections_resolve                403   403   200   200    403    200   200   200   200   200
        POST            connections_resolve                403   403   201   201    403    403   201   403   201   400

    /api/v2/actions/act_tokens/{act_token_id}
        GET             connections_resolve                403   403   200   403    403    200   403   200   200   404
        DELETE          connections_resolve                403   403   204   403    403    204   403   204   204   404

    /api/v2/actions/proxy_sessions
        POST            connections_resolve                403   403   201   201    403    403   201   403   201   400

    /api/v2/actions/proxy_sessions/{proxy_session_id}
        GET             connections_resolve                403   403   404   404    403    403   404   403   404   404
        DELETE          connections_resolve                403   403   404   404    403    403   404   403   404   404

    /api/v2/personal_access_tokens
        GET             user_app_keys                      403   403   200   200    200    200   200   200   200   200
        POST            user_app_keys                      403   403   201   201    201    201   201   403   201   201

    /api/v2/personal_access_tokens/{token_id}
        GET             user_app_keys                      403   403   200   403    403    200   403   200   200   404
        PATCH           user_app_keys                      403   403   200   403    403    200   403   200   200   404
        DELETE          user_app_keys                      403   403   204   403    403    204   403   204   204   404

    /api/v2/service_accounts/{service_account_id}/access_tokens
        GET             service_account_write              403   403   200   403    403    200   200   403   200   404
        POST            service_account_write              403   403   201   403    403    201   201   403   201   404

    /api/v2/service_accounts/{service_account_id}/access_tokens/{token_id}
        GET             service_account_write              403   403   200   403    403    200   200   403   200   404
        PATCH           service_account_write              403   403   200   403    403    200   200   403   200   404
        DELETE          service_account_write              403   403   204   403    403    204   204   403   204   404

    /api/v2/actions/token_issuers
        GET             token_issuers_manage               403   403   200    403    403    200   200   403   200   200
        POST            token_issuers_manage               403   403   201    403    403    201   201   403   201   400

    /api/v2/actions/token_issuers/{token_issuer_id}
        GET             token_issuers_manage               403   403   200    403    403    200   200   403   200   404
        PATCH           token_issuers_manage               403   403   200    403    403    200   200   403   200   404
        DELETE          token_issuers_manage               403   403   204    403    403    204   204   403   204   404

    /api/v2/restriction_policy/{resource_id}
        GET             connections_read                   403   403   200    200    200    200   200   200   200   404
        POST            connections_write                  403   403   200    200    403    200   200   200   200   404
        DELETE          connections_write                  403   403   204    204    403    204   204   204   204   404

    /api/v2/actions/app_key_registrations
        GET             org_app_keys_read                  403   403   200    403    403    200   200   403   200   200

    /api/v2/actions/app_key_registrations/{app_key_id}
        GET    @other   org_app_keys_read                  403   403   200    403    403    200   200   403   200   404
        PUT    @other   user_access_manage                 403   403   201    403    403    201   201   403   201   400
        PUT    @account service_account_write              403   403   201    403    403    201   201   201   201   400
        PUT    @own     user_app_keys                      403   403   201    201    201    201   201   201   201   400
        DELETE @other   user_access_manage                 403   403   204    403    403    204   204   403   204   404
        DELETE @account service_account_write              403   403   204    403    403    204   204   204   204   404
        DELETE @own     user_app_keys                      403   403   204    204    204    404   204   204   204   404

    /api/v2/integration/aws/accounts
        GET             aws_configuration_read             403   403   200    200    200    200   200   403   200   200
        POST            aws_configurations_manage          403   403   200    403    403    200   200   403   200   200

    /api/v2/integration/aws/accounts/{aws_account_config_id}
        GET             aws_configuration_read             403   403   200    200    200    200   200   403   200   404
        PATCH           aws_configuration_edit             403   403   200    200    403    200   200   403   200   404
        DELETE          aws_configurations_manage          403   403   204    403    403    204   204   403   204   404

    /api/v2/integration/aws/accounts/{aws_account_config_id}/trust_policy
        GET             aws_configuration_read             403   403   200    200    200    200   200   403   200   404

    /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config
        GET             aws_configuration_read             403   403   200    200    200    200   200   403   200   404
        POST            aws_configuration_edit             403   403   200    200    403    200   200   403   200   404
        PATCH           aws_configuration_edit             403   403   200    200    403    200   200   403   200   404
        DELETE          aws_configuration_edit             403   403   204    204    403    204   204   403   204   404

    /api/v2/integration/aws/accounts/{aws_account_config_id}/metric_name_filter_preview
        GET             aws_configuration_read             403   403   200    200    200    200   200   403   200   404
        POST            aws_configuration_read             403   403   200    200    200    200   200   403   200   404

    /api/v2/integration/aws/validate_ccm_config
        POST            aws_configuration_edit             403   403   503    503    403    503   503   403   503   400

    /api/v2/integration/aws/event_bridge
        GET             integrations_read                  403   403   200    403    403    200   200   403   200   200
        POST            manage_integrations                403   403   200    403    403    200   200   403   200   200
        DELETE          manage_integrations                403   403   200    403    403    200   200   403   200   400

    /api/v1/integration/aws/event_bridge
        GET             integrations_read                  403   403   200    403    403    200   200   403   200   200
        POST            manage_integrations                403   403   200    403    403    200   200   403   200   200
        DELETE          manage_integrations                403   403   200    403    403    200   200   403   200   400

    /api/v2/integration/aws/generate_new_external_id
        POST            aws_configuration_edit             403   403   200    200    403    200   200   403   200   200

    /api/v2/integration/aws/available_namespaces
        GET             aws_configuration_read             403   403   200    200    200    200   200   403   200   200

    /api/v2/integration/aws/logs/services
        GET             aws_configuration_read             403   403   200    200    200    200   200   403   200   200

    /api/v2/integration/aws/iam_permissions
        GET             -                                  403   403   200    200    200    200   200   200   200   200

    /api/v2/integration/aws/iam_permissions/standard
        GET             -                                  403   403   200    200    200    200   200   200   200   200

    /api/v2/integration/aws/iam_permissions/resource_collection
        GET             -                                  403   403   200    200    200    200   200   200   200   200

    /api/v1/validate
        GET             -                                  403   403   200    200    200    200   200   200   200   200

    /api/v2/validate
        GET             -                                  403   403   200    200    200    200   200   200   200   200

    /api/v2/validate_keys
        GET             -                                  403   403   200    200    200    200   200   200   200   200

    /api/v2/api_keys
        GET             api_keys_read                      403   403   200    403    403    200   200   403   200   200
        POST            api_keys_write                     403   403   201    403    403    201   201   403   201   201

    /api/v2/api_keys/{api_key_id}
        GET             api_keys_read                      403   403   200    403    403    200   200   403   200   404
        PATCH           api_keys_write                     403   403   200    403    403    200   200   403   200   404
        DELETE          api_keys_delete                    403   403   204    403    403    204   204   403   204   404

    /api/v2/application_keys
        GET             org_app_keys_read                  403   403   200    403    403    200   200   403   200   200

    /api/v2/application_keys/{app_key_id}
        GET    @other   org_app_keys_read                  403   403   200    403    403    200   200   403   200   404
        PATCH  @other   org_app_keys_write                 403   403   200    403    403    200   200   403   200   404
        DELETE @other   org_app_keys_write                 403   403   204    403    403    204   204   403   204   404

    /api/v2/current_user/application_keys
        GET             user_app_keys                      403   403   200    200    200    200   200   403   200   200
        POST            user_app_keys                      403   403   201    201    201    201   201   403   201   201

    /api/v2/current_user/application_keys/{app_key_id}
        GET    @own     user_app_keys                      403   403   200    200    200    200   200   403   200   404
        PATCH  @own     user_app_keys                      403   403   200    200    200    200   200   403   200   404
        DELETE @own     user_app_keys                      403   403   204    204    204    204   204   403   204   404
        GET    @other   user_app_keys                      403   403   404    404    404    404   404   403   404   404
        PATCH  @other   user_app_keys                      403   403   404    404    404    404   404   403   404   404
        DELETE @other   user_app_keys                      403   403   404    404    404    404   404   403   404   404

    /api/v2/service_accounts
        POST            service_account_write              403   403   201    403    403    201   201   403   201   201

    /api/v2/service_accounts/{service_account_id}/application_keys
        GET             service_account_write              403   403   200    403    403    200   200   403   200   404
        POST            service_account_write              403   403   201    403    403    201   201   403   201   404

    /api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}
        GET    @account service_account_write              403   403   200    403    403    200   200   403   200   404
        PATCH  @account service_account_write              403   403   200    403    403    200   200   403   200   404
        DELETE @account service_account_write              403   403   204    403    403    204   204   403   204   404
        GET    @other   service_account_write              403   403   404    403    403    404   404   403   404   404

    /api/v2/current_user
        GET             -                                  403   403   200    200    200    200   200   200   200   200
        PATCH           user_app_keys                      403   403   200    200    200    200   200   200   200   200

    /api/v2/users
        GET             -                                  403   403   200    200    200    200   200   200   200   200
        POST            user_access_invite                 403   403   201    403    403    201   201   403   201   201

    /api/v2/users/{user_id}
        GET             -                                  403   403   200    200    200    200   200   200   200   404
        PATCH           user_access_manage                 403   403   200    403    403    200   200   403   200   404
        DELETE          user_access_manage                 403   403   204    403    403    204   204   403   204   404

    /api/v2/users/{user_id}/orgs
        GET             -                                  403   403   200    200    200    200   200   200   200   404

    /api/v2/users/{user_id}/permissions
        GET             -                                  403   403   200    200    200    200   200   200   200   404

    /api/v2/users/{user_id}/invitations
        DELETE          user_access_invite                 403   403   204    403    403    204   204   403   204   404

    /api/v2/user_invitations
        POST            user_access_invite+role            403   403   201    403    403    201   201   403   201   400

    /api/v2/user_invitations/{user_invitation_uuid}
        GET             user_access_invite                 403   403   200    403    403    200   200   403   200   404

    /api/v2/user_invitations/{user_invitation_uuid}/accept
        POST            -                                  403   403   201    201    201    201   201   201   201   404

    /api/v2/roles
        GET             -                                  403   403   200    200    200    200   200   200   200   200
        POST            user_access_manage+role            403   403   200    403    403    200   200   403   200   200

    /api/v2/roles/{role_id}
        GET             -                                  403   403   200    200    200    200   200   200   200   200
        GET    @ours    -                                  403   403   200    200    200    200   200   200   200   404
        PATCH  @ours    user_access_manage+role            403   403   200    403    403    200   200   403   200   404
        DELETE @ours    user_access_manage                 403   403   204    403    403    204   204   403   204   404
        PATCH           user_access_manage                 403   403   403    403    403    403   403   403   403   403
        DELETE          user_access_manage                 403   403   403    403    403    403   403   403   403   403

    /api/v2/roles/{role_id}/clone
        POST            user_access_manage+role            403   403   200    403    403    200   200   403   200   200
        POST   @ours    user_access_manage+role            403   403   200    403    403    200   200   403   200   404

    /api/v2/roles/{role_id}/permissions
        GET             -                                  403   403   200    200    200    200   200   200   200   200
        GET    @ours    -                                  403   403   200    200    200    200   200   200   200   404
        POST   @ours    user_access_manage+role            403   403   200    403    403    200   200   403   200   404
        DELETE @ours    user_access_manage                 403   403   200    403    403    200   200   403   200   404
        POST            user_access_manage                 403   403   403    403    403    403   403   403   403   403

    /api/v2/roles/{role_id}/users
        GET             -                                  403   403   200    200    200    200   200   200   200   200
        POST            user_access_manage+role            403   403   200    403    403    200   200   403   200   404
        DELETE          user_access_manage                 403   403   200    403    403    200   200   403   200   404
        POST   @ours    user_access_manage+role            403   403   200    403    403    200   200   403   200   404
        DELETE @ours    user_access_manage                 403   403   200    403    403    200   200   403   200   404

    /api/v2/permissions
        GET             -                                  403   403   200    200    200    200   200   200   200   200

    /api/v2/audit/webhooks
        GET             audit_webhooks_manage              403   403   200    403    403    200   200   403   200   200
        POST            audit_webhooks_manage+audit_logs_read 403 403  201    403    403    201   201   403   201   201

    /api/v2/audit/webhooks/{audit_webhook_id}
        GET             audit_webhooks_manage              403   403   200    403    403    200   200   403   200   404
        PATCH           audit_webhooks_manage+audit_logs_read 403 403  200    403    403    200   200   403   200   404
        DELETE          audit_webhooks_manage              403   403   204    403    403    204   204   403   204   404

    /api/v2/audit/events
        GET             audit_logs_read                    403   403   200    403    403    200   200   403   200   200

    /api/v2/audit/events/search
        POST            audit_logs_read                    403   403   200    403    403    200   200   403   200   200

    /api/v2/audit/head
        GET             audit_logs_read                    403   403   200    403    403    200   200   403   200   200

    /api/v2/audit/log
        GET             audit_logs_read                    403   403   200    403    403    200   200   403   200   200

    /healthz
        GET             -                                  200   200   200    200    200    200   200   200   200   200

    /readyz
        GET             -                                  200   200   200    200    200    200   200   200   200   200

    /api/v2/token
        POST            -                                  400   400   400    400    400    400   400   400   400   400

    /api/v2/delegated-token
        POST            -                                  403   403   403    403    403    403   403   403   403   403

    /api/v2/cloud_auth/aws/persona_mapping
        GET             token_issuers_manage               403   403   200    403    403    200   200   403   200   200
        POST            token_issuers_manage               403   403   201    403    403    201   403   403   201   400

    /api/v2/cloud_auth/aws/persona_mapping/{persona_mapping_id}
        GET             token_issuers_manage               403   403   200    403    403    200   200   403   200   404
        DELETE          token_issuers_manage               403   403   204    403    403    204   204   403   204   404

    /openapi.json
        GET             -                                  200   200   200    200    200    200   200   200   200   200

    /metrics
        GET             -                                  403   403   403    403    403    403   403   403   403   403
    """

@Suite("Who may do what")
struct AuthorizationMatrixTests {
    @Test("stands in the table", arguments: Row.all)
    fileprivate func answers(_ row: Row) async throws {
        let world = World(fixture: try await Fixture())
        var statuses: [Int] = []
        for caller in Column.allCases {
            statuses.append(try await world.status(of: row, for: caller))
        }
        #expect(statuses == row.statuses, "\(Column.names)")
    }

    @Test("for every route that the service describes, and for no other")
    func isComplete() {
        let described = Contract.shared.document["paths"]?.members.flatMap { path in
            path.value.members.map { "\($0.name.string.uppercased()) \(path.name.string)" }
        }
        let routes = Set(described ?? [])
        let rows = Set(Row.all.map(\.route))
        #expect(!routes.isEmpty)
        #expect(routes.subtracting(rows).sorted() == [], "these routes have no row")
        #expect(rows.subtracting(routes).sorted() == [], "these rows have no route")
    }
}

/// The sender of a request: a column.
private enum Column: Int, CaseIterable {
    case none, wrong, admin, standard, reader, unregistered, exact, but, empty, alien

    static let names = allCases.map { "\($0)" }.joined(separator: " ")
}

private struct Row: Sendable, CustomTestStringConvertible {
    let method: HTTPMethod
    let path: String
    /// The owner of the key that the path names.
    let whose: String
    let needs: [Permission]
    let statuses: [Int]

    var route: String { "\(method.name) \(path)" }
    var testDescription: String { whose.isEmpty ? route : "\(route), \(whose)" }

    static let all: [Row] = {
        var path = ""
        return table.split(separator: "\n").dropFirst().compactMap { line in
            if line.hasPrefix("/") { path = String(line) }
            return line.hasPrefix("/") ? nil : Row(path, line.split(separator: " ")[...])
        }
    }()

    private init(_ path: String, _ words: ArraySlice<Substring>) {
        var words = words
        self.path = path
        method = HTTPMethod(String(words.removeFirst()))
        whose = words.first?.first == "@" ? String(words.removeFirst()) : ""
        needs = words.removeFirst().split(separator: "+").flatMap { name in
            name == "role"
                ? Permission.allCases.filter(World.role.permissions.contains)
                : Permission(rawValue: String(name)).map { [$0] } ?? []
        }
        statuses = words.compactMap { Int($0) }
    }
}

/// An organisation, and what the requests of one row are about.
private struct World {
    let fixture: Fixture

    /// Where all acts go.
    private static let upstream = Result { try RunningUpstream() }

    /// The role that is given and taken.
    static let role = Role.readOnly

    func status(of row: Row, for caller: Column) async throws -> Int {
        let keys = try await keys(of: caller, needing: row.needs)
        let isOfHere = ![Column.none, .wrong, .alien].contains(caller)
        let things = Things(
            number: caller.rawValue,
            reader: try await fixture.member([.readOnly]),
            account: try await fixture.member([.readOnly], isServiceAccount: true),
            own: isOfHere ? keys ?? fixture.admin : fixture.admin,
            role: row.whose == "@ours" ? try await fixture.ownRole(Self.role.permissions).id : Self.role.id
        )
        var target = try await target(of: row, things)
        var body = try await body(of: row, things)
        if target.contains("{user_invitation_uuid}") {
            let path = "/api/v2/user_invitations"
            let invited = try await fixture.send(.post, path, body: AccessBodies.invitation(of: things.reader.user))
            let id = try #require(invited["/data/0/id"]?.text?.string)
            target.replace("{user_invitation_uuid}", with: id)
            if target.hasSuffix("/accept") {
                body = AccessBodies.acceptance(try #require(invited["/data/0/attributes/code"]?.text?.string))
            }
        }
        return try await fixture.send(row.method, target, as: keys, body: body).status
    }

    private func body(of row: Row, _ things: Things) async throws -> String? {
        if row.path.hasSuffix("/event_bridge"), row.method == .delete {
            // Its name is assigned.
            let created = try await fixture.send(.post, row.path, body: things.eventBridge(of: row.path))
            try #require(created.status == 200)
            let attributes = created.json["data"]?["attributes"] ?? created.json
            let name = try #require(attributes["event_source_name"]?.text?.string)
            return things.eventBridge(of: row.path, named: name)
        }
        if row.path.hasSuffix("/validate_ccm_config") {
            // Keyway has no credentials of its own here, so that AWS is not asked.
            let account = try await fixture.send(.post, Paths.accounts, body: things.account(number: 1))
            try #require(account.status == 200)
        }
        if row.path.hasSuffix("/act_tokens"), row.method == .post {
            return AccessBodies.actToken(through: try await fixture.create(Bodies.openAI()))
        }
        if row.path.hasSuffix("/proxy_sessions") {
            return AccessBodies.proxySession(through: try await fixture.create(Bodies.openAI()))
        }
        return things.body(of: row)
    }

    private func keys(of caller: Column, needing needs: [Permission]) async throws -> Keys? {
        switch caller {
        case .none: return nil
        case .wrong:
            var keys = fixture.admin
            keys.api = KeyText.apiKey()
            keys.application = KeyText.applicationKey()
            return keys
        case .admin: return try await fixture.member([.admin])
        case .standard: return try await fixture.member([.standard])
        case .reader: return try await fixture.member([.readOnly])
        case .unregistered: return try await fixture.member([.admin], isRegistered: false)
        case .exact:
            // An empty list would mean unscoped.
            let scopes = needs.isEmpty ? ["nothing_that_is_known"] : needs.map(\.rawValue)
            return try await fixture.member([.admin], scopes: scopes)
        case .but:
            let scopes = Permission.allCases.filter { $0 != needs.first }.map(\.rawValue)
            return try await fixture.member([.admin], scopes: scopes)
        case .empty: return try await fixture.member([.admin], scopes: [])
        case .alien: return try await fixture.stranger()
        }
    }

    /// The row's path, with the ids of new things in it.
    private func target(of row: Row, _ things: Things) async throws -> String {
        var path = row.path
        for (parameter, id) in things.ids(whose: row.whose) {
            path.replace("{\(parameter)}", with: id.description)
        }
        if path.contains("{connection_id}") {
            let acts = path.contains("/proxy/") || path.hasSuffix("/test")
            let id =
                acts
                ? try await fixture.createActing(at: Self.upstream.get()) : try await fixture.create(Bodies.openAI())
            path.replace("{connection_id}", with: id)
            path.replace("{path}", with: "v1/models")
        }
        if path.contains("{resource_id}") {
            path.replace("{resource_id}", with: "connection:\(try await fixture.create(Bodies.openAI()))")
        }
        if path.contains("{aws_account_config_id}") {
            let account = try await fixture.send(.post, Paths.accounts, body: things.account(number: 1))
            path.replace("{aws_account_config_id}", with: account.id)
            if path.hasSuffix("/ccm_config"), row.method != .post {
                let config = try await fixture.send(.post, path, body: Things.ccmConfig)
                try #require(config.status == 200)
            }
        }
        if path.contains("{act_token_id}") {
            let token = AccessBodies.actToken(through: try await fixture.create(Bodies.openAI()))
            path.replace(
                "{act_token_id}",
                with: try await fixture.send(.post, "/api/v2/actions/act_tokens", body: token).id
            )
        }
        if path.contains("{proxy_session_id}") {
            // Another credential's, whoever asks: `test_forward_proxy.py` knows of one's own.
            let session = AccessBodies.proxySession(through: try await fixture.create(Bodies.openAI()))
            path.replace(
                "{proxy_session_id}",
                with: try await fixture.send(.post, "/api/v2/actions/proxy_sessions", body: session).id
            )
        }
        if path.contains("{token_id}") {
            let collection = path.replacing("/{token_id}", with: "")
            let token = AccessBodies.accessToken(isPersonal: path.contains("personal"), expires: true)
            path.replace("{token_id}", with: try await fixture.send(.post, collection, body: token).id)
        }
        if path.contains("{token_issuer_id}") {
            let issuers = "/api/v2/actions/token_issuers"
            let issuer = try await fixture.send(.post, issuers, body: Bodies.tokenIssuer(things.number, things.account))
            try #require(issuer.status == 201)
            path.replace("{token_issuer_id}", with: issuer.id)
        }
        if path.contains("{audit_webhook_id}") {
            let body = Bodies.auditWebhook(things.number)
            let webhook = try await fixture.send(.post, "/api/v2/audit/webhooks", body: body)
            try #require(webhook.status == 201)
            path.replace("{audit_webhook_id}", with: webhook.id)
        }
        if path.contains("{persona_mapping_id}") {
            let mappings = "/api/v2/cloud_auth/aws/persona_mapping"
            let body = Bodies.personaMapping(things.number, things.account)
            let mapping = try await fixture.send(.post, mappings, body: body)
            try #require(mapping.status == 201)
            path.replace("{persona_mapping_id}", with: mapping.id)
        }
        if path.contains("{api_key_id}") {
            let key = try await fixture.send(.post, "/api/v2/api_keys", body: Things.named("api_keys"))
            path.replace("{api_key_id}", with: key.id)
        }
        return path
    }
}

/// The resources that requests name.
private struct Things {
    /// Another one for each request.
    let number: Int
    let reader: Keys
    let account: Keys
    /// The keys that `@own` names.
    let own: Keys
    let role: Identifier

    func ids(whose: String) -> [(parameter: String, id: Identifier)] {
        let owner = ["@own": own, "@account": account][whose] ?? reader
        return [
            ("app_key_id", owner.applicationKey), ("service_account_id", account.user), ("user_id", reader.user),
            ("role_id", role),
        ]
    }

    func body(of row: Row) -> String? {
        let element = row.path.split(separator: "/").last ?? ""
        switch (row.method, element) {
        case (.post, "connections"): return Bodies.openAI()
        case (.patch, "{connection_id}"): return Bodies.rename("New")
        case (.put, "settings"): return Bodies.settings(#""probe_path":"/v1/models""#)
        case (.post, "{resource_id}"): return Bodies.policy([])
        case (.post, "personal_access_tokens"): return AccessBodies.accessToken(isPersonal: true, expires: true)
        case (.post, "access_tokens"): return AccessBodies.accessToken(isPersonal: false, expires: true)
        case (.patch, "{token_id}"):
            return AccessBodies.accessToken(isPersonal: row.path.contains("personal"), expires: false)
        case (.post, "persona_mapping"): return Bodies.personaMapping(number, account)
        case (.post, "token_issuers"): return Bodies.tokenIssuer(number, account)
        case (.post, "webhooks"): return Bodies.auditWebhook(number)
        case (.patch, "{audit_webhook_id}"):
            return #"{"data":{"type":"audit_webhooks","attributes":{"enabled":false}}}"#
        case (.patch, "{token_issuer_id}"):
            return #"{"data":{"type":"token_issuers","attributes":{"issuer":"https://changed\#(number).example"}}}"#
        case (.post, "accounts"): return account(number: 2)
        case (.patch, "{aws_account_config_id}"): return account(number: 1)
        case (.post, "ccm_config"), (.patch, "ccm_config"): return Self.ccmConfig
        case (.post, "event_bridge"): return eventBridge(of: row.path)
        case (.post, "metric_name_filter_preview"):
            return #"{"data":{"type":"metric_name_filter_preview","attributes":{"metric_name_filters":[]}}}"#
        case (.post, "validate_ccm_config"):
            return #"""
                {"data":{"type":"ccm_config_validation","attributes":{"account_id":"\#(accountNumber(1))",
                "bucket_name":"billing","bucket_region":"us-east-1","report_name":"cost"}}}
                """#
        case (.post, "api_keys"), (.patch, "{api_key_id}"): return Self.named("api_keys")
        case (.post, "application_keys"):
            // No key hands out more than it has.
            return Self.named("application_keys", #","scopes":["nothing_that_is_known"]"#)
        case (.patch, "{app_key_id}"): return Self.named("application_keys")
        case (.post, "users") where row.path == "/api/v2/users": return user("")
        case (.post, "service_accounts"): return user(#","service_account":true"#)
        case (.patch, "current_user"): return AccessBodies.userUpdate(#""name":"New""#)
        case (.patch, "{user_id}"): return user(reader.user, #","attributes":{"name":"New"}"#)
        case (_, "users") where row.method != .get: return user(reader.user)
        case (.post, "user_invitations"): return AccessBodies.invitation(of: reader.user)
        case (.post, "roles"): return AccessBodies.role("New \(number)", World.role.permissions)
        case (.patch, "{role_id}"):
            return AccessBodies.role("New \(number)", World.role.permissions.union([.userAccessManage]))
        case (.post, "clone"): return AccessBodies.role("New \(number)")
        case (_, "permissions") where row.method != .get: return AccessBodies.reference(to: .userAppKeys)
        default: return nil
        }
    }

    func accountNumber(_ number: Int) -> String { "\(number)0000000000\(self.number)" }

    func eventBridge(of path: String, named name: String = "alerts") -> String {
        let attributes = #"""
            {"account_id":"\#(accountNumber(3))","event_generator_name":"\#(name)","region":"us-east-1"}
            """#
        return path.contains("/v1/") ? attributes : #"{"data":{"type":"event_bridge","attributes":\#(attributes)}}"#
    }

    func account(number: Int) -> String {
        #"""
        {"data":{"type":"account","attributes":{"aws_account_id":"\#(accountNumber(number))",
        "aws_partition":"aws","auth_config":{"role_name":"Test"}}}}
        """#
    }

    static let ccmConfig = #"""
        {"data":{"type":"ccm_config","attributes":{"ccm_config":{"data_export_configs":[{"report_name":"report",
        "report_prefix":"reports","report_type":"CUR2.0","bucket_name":"bucket","bucket_region":"us-east-1"}]}}}}
        """#

    static func named(_ type: String, _ members: String = "") -> String {
        #"{"data":{"type":"\#(type)","attributes":{"name":"Test"\#(members)}}}"#
    }

    private func user(_ id: Identifier, _ members: String = "") -> String {
        #"{"data":{"type":"users","id":"\#(id)"\#(members)}}"#
    }

    private func user(_ members: String) -> String {
        #"{"data":{"type":"users","attributes":{"email":"new-\#(number)@example.com"\#(members)}}}"#
    }
}
