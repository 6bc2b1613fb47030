import Access
import Documents
import HTTPServer
import KeywayServer
import Testing

/// Every route, by every kind of caller, and the status that answers them.
///
/// All keys are of the organisation whose things the routes are about, but for the last column. What stands in a path
/// is new for each request. The columns:
///
/// - none, wrong: no keys; keys that nobody has.
/// - admin, stand., reader: unscoped keys, registered for connections, of users with one of the shipped roles.
/// - unreg.: an admin's key that is not registered.
/// - exact, but, empty: an admin's registered key whose scopes are what the route needs and nothing else; everything
///   but the first of what it needs; an empty list, which means unscoped.
/// - alien: the admin of another organisation, who names things of this one.
///
/// `@own` stands for a path about the caller's own key, `@other` for one about a reader's, `@account` for one about a
/// service account's.
private let table = """
    route                                                                  needs                                                  none wrong admin stand. reader unreg. exact but empty alien

    GET    /api/v2/actions/connections                                     connections_read                                       403 403   200 200 200   403   200 403 200   200
    POST   /api/v2/actions/connections                                     connections_write                                      403 403   201 201 403   403   201 403 201   201
    GET    /api/v2/actions/connections/{connection_id}                     connections_read                                       403 403   200 200 200   403   200 403 200   404
    PATCH  /api/v2/actions/connections/{connection_id}                     connections_write                                      403 403   200 200 403   403   200 403 200   404
    DELETE /api/v2/actions/connections/{connection_id}                     connections_write                                      403 403   204 204 403   403   204 403 204   404

    GET    /api/v2/actions/app_key_registrations                           org_app_keys_read                                      403 403   200 403 403   200   200 403 200   200
    GET    /api/v2/actions/app_key_registrations/{app_key_id}@other        org_app_keys_read                                      403 403   200 403 403   200   200 403 200   404
    PUT    /api/v2/actions/app_key_registrations/{app_key_id}@other        user_access_manage                                     403 403   201 403 403   201   201 403 201   400
    PUT    /api/v2/actions/app_key_registrations/{app_key_id}@account      service_account_write                                  403 403   201 403 403   201   201 201 201   400
    PUT    /api/v2/actions/app_key_registrations/{app_key_id}@own          user_app_keys                                          403 403   201 201 201   201   201 201 201   400
    DELETE /api/v2/actions/app_key_registrations/{app_key_id}@other        user_access_manage                                     403 403   204 403 403   204   204 403 204   404
    DELETE /api/v2/actions/app_key_registrations/{app_key_id}@account      service_account_write                                  403 403   204 403 403   204   204 204 204   404
    DELETE /api/v2/actions/app_key_registrations/{app_key_id}@own          user_app_keys                                          403 403   204 204 204   404   204 204 204   404

    GET    /api/v2/integration/aws/accounts                                aws_configuration_read                                 403 403   200 200 200   200   200 403 200   200
    POST   /api/v2/integration/aws/accounts                                aws_configurations_manage                              403 403   200 403 403   200   200 403 200   200
    GET    /api/v2/integration/aws/accounts/{aws_account_config_id}        aws_configuration_read                                 403 403   200 200 200   200   200 403 200   404
    PATCH  /api/v2/integration/aws/accounts/{aws_account_config_id}        aws_configuration_edit                                 403 403   200 200 403   200   200 403 200   404
    DELETE /api/v2/integration/aws/accounts/{aws_account_config_id}        aws_configurations_manage                              403 403   204 403 403   204   204 403 204   404
    GET    /api/v2/integration/aws/accounts/{aws_account_config_id}/trust_policy \
                                                                           aws_configuration_read                                 403 403   200 200 200   200   200 403 200   404
    GET    /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config \
                                                                           aws_configuration_read                                 403 403   200 200 200   200   200 403 200   404
    POST   /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config \
                                                                           aws_configuration_edit                                 403 403   200 200 403   200   200 403 200   404
    PATCH  /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config \
                                                                           aws_configuration_edit                                 403 403   200 200 403   200   200 403 200   404
    DELETE /api/v2/integration/aws/accounts/{aws_account_config_id}/ccm_config \
                                                                           aws_configuration_edit                                 403 403   204 204 403   204   204 403 204   404
    POST   /api/v2/integration/aws/generate_new_external_id                aws_configuration_edit                                 403 403   200 200 403   200   200 403 200   200
    GET    /api/v2/integration/aws/available_namespaces                    aws_configuration_read                                 403 403   200 200 200   200   200 403 200   200
    GET    /api/v2/integration/aws/logs/services                           aws_configuration_read                                 403 403   200 200 200   200   200 403 200   200
    GET    /api/v2/integration/aws/iam_permissions                         -                                                      403 403   200 200 200   200   200 200 200   200
    GET    /api/v2/integration/aws/iam_permissions/standard                -                                                      403 403   200 200 200   200   200 200 200   200
    GET    /api/v2/integration/aws/iam_permissions/resource_collection     -                                                      403 403   200 200 200   200   200 200 200   200

    GET    /api/v1/validate                                                -                                                      403 403   200 200 200   200   200 200 200   200
    GET    /api/v2/validate                                                -                                                      403 403   200 200 200   200   200 200 200   200
    GET    /api/v2/validate_keys                                           -                                                      403 403   200 200 200   200   200 200 200   200

    GET    /api/v2/api_keys                                                api_keys_read                                          403 403   200 403 403   200   200 403 200   200
    POST   /api/v2/api_keys                                                api_keys_write                                         403 403   201 403 403   201   201 403 201   201
    GET    /api/v2/api_keys/{api_key_id}                                   api_keys_read                                          403 403   200 403 403   200   200 403 200   404
    PATCH  /api/v2/api_keys/{api_key_id}                                   api_keys_write                                         403 403   200 403 403   200   200 403 200   404
    DELETE /api/v2/api_keys/{api_key_id}                                   api_keys_delete                                        403 403   204 403 403   204   204 403 204   404

    GET    /api/v2/application_keys                                        org_app_keys_read                                      403 403   200 403 403   200   200 403 200   200
    GET    /api/v2/application_keys/{app_key_id}@other                     org_app_keys_read                                      403 403   200 403 403   200   200 403 200   404
    PATCH  /api/v2/application_keys/{app_key_id}@other                     org_app_keys_write                                     403 403   200 403 403   200   200 403 200   404
    DELETE /api/v2/application_keys/{app_key_id}@other                     org_app_keys_write                                     403 403   204 403 403   204   204 403 204   404

    GET    /api/v2/current_user/application_keys                           user_app_keys                                          403 403   200 200 200   200   200 403 200   200
    POST   /api/v2/current_user/application_keys                           user_app_keys                                          403 403   201 201 201   201   201 403 201   201
    GET    /api/v2/current_user/application_keys/{app_key_id}@own          user_app_keys                                          403 403   200 200 200   200   200 403 200   404
    PATCH  /api/v2/current_user/application_keys/{app_key_id}@own          user_app_keys                                          403 403   200 200 200   200   200 403 200   404
    DELETE /api/v2/current_user/application_keys/{app_key_id}@own          user_app_keys                                          403 403   204 204 204   204   204 403 204   404
    GET    /api/v2/current_user/application_keys/{app_key_id}@other        user_app_keys                                          403 403   404 404 404   404   404 403 404   404
    PATCH  /api/v2/current_user/application_keys/{app_key_id}@other        user_app_keys                                          403 403   404 404 404   404   404 403 404   404
    DELETE /api/v2/current_user/application_keys/{app_key_id}@other        user_app_keys                                          403 403   404 404 404   404   404 403 404   404

    POST   /api/v2/service_accounts                                        service_account_write                                  403 403   201 403 403   201   201 403 201   201
    GET    /api/v2/service_accounts/{service_account_id}/application_keys  service_account_write                                  403 403   200 403 403   200   200 403 200   404
    POST   /api/v2/service_accounts/{service_account_id}/application_keys  service_account_write                                  403 403   201 403 403   201   201 403 201   404
    GET    /api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}@account \
                                                                           service_account_write                                  403 403   200 403 403   200   200 403 200   404
    PATCH  /api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}@account \
                                                                           service_account_write                                  403 403   200 403 403   200   200 403 200   404
    DELETE /api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}@account \
                                                                           service_account_write                                  403 403   204 403 403   204   204 403 204   404
    GET    /api/v2/service_accounts/{service_account_id}/application_keys/{app_key_id}@other \
                                                                           service_account_write                                  403 403   404 403 403   404   404 403 404   404

    GET    /api/v2/current_user                                            -                                                      403 403   200 200 200   200   200 200 200   200
    GET    /api/v2/users                                                   -                                                      403 403   200 200 200   200   200 200 200   200
    POST   /api/v2/users                                                   user_access_invite                                     403 403   201 403 403   201   201 403 201   201
    GET    /api/v2/users/{user_id}                                         -                                                      403 403   200 200 200   200   200 200 200   404
    PATCH  /api/v2/users/{user_id}                                         user_access_manage                                     403 403   200 403 403   200   200 403 200   404
    DELETE /api/v2/users/{user_id}                                         user_access_manage                                     403 403   204 403 403   204   204 403 204   404

    GET    /api/v2/roles                                                   -                                                      403 403   200 200 200   200   200 200 200   200
    GET    /api/v2/roles/{role_id}                                         -                                                      403 403   200 200 200   200   200 200 200   200
    GET    /api/v2/roles/{role_id}/users                                   -                                                      403 403   200 200 200   200   200 200 200   200
    POST   /api/v2/roles/{role_id}/users                                   user_access_manage+what_the_role_grants                403 403   200 403 403   200   200 403 200   404
    DELETE /api/v2/roles/{role_id}/users                                   user_access_manage                                     403 403   200 403 403   200   200 403 200   404
    GET    /api/v2/permissions                                             -                                                      403 403   200 200 200   200   200 200 200   200

    GET    /healthz                                                        -                                                      200 200   200 200 200   200   200 200 200   200
    GET    /readyz                                                         -                                                      200 200   200 200 200   200   200 200 200   200
    GET    /openapi.json                                                   -                                                      200 200   200 200 200   200   200 200 200   200
    GET    /metrics                                                        -                                                      403 403   403 403 403   403   403 403 403   403
    """

@Suite("Who may do what")
struct AuthorizationMatrixTests {
    @Test("stands in the table", arguments: Row.all)
    fileprivate func answers(_ row: Row) async throws {
        let world = World(fixture: try await Fixture())
        var statuses: [Int] = []
        for caller in Caller.allCases {
            statuses.append(try await world.status(of: row, for: caller))
        }
        #expect(statuses == row.statuses, "\(row): \(Caller.names)")
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

/// Who sends a request: a column.
private enum Caller: Int, CaseIterable {
    case none, wrong, admin, standard, reader, unregistered, exact, but, empty, alien

    static let names = allCases.map { "\($0)" }.joined(separator: " ")
}

private struct Row: Sendable, CustomTestStringConvertible {
    let method: HTTPMethod
    let path: String
    /// Whose key the path is about.
    let whose: String
    let needs: [Permission]
    let statuses: [Int]

    var route: String { "\(method.name) \(path)" }
    var testDescription: String { whose.isEmpty ? route : "\(route), \(whose)" }

    static let all = table.split(separator: "\n").dropFirst().map(Row.init)

    private init(_ line: Substring) {
        let words = line.split(separator: " ")
        let path = words[1].split(separator: "@")
        method = HTTPMethod(String(words[0]))
        self.path = String(path[0])
        whose = path.count > 1 ? String(path[1]) : ""
        needs = words[2].split(separator: "+").flatMap { name in
            name == "what_the_role_grants"
                ? Permission.allCases.filter(World.role.permissions.contains)
                : Permission(rawValue: String(name)).map { [$0] } ?? []
        }
        statuses = words.dropFirst(3).compactMap { Int($0) }
    }
}

/// An organisation, and what the requests of one row are about.
private struct World {
    let fixture: Fixture

    /// The role that is given and taken.
    static let role = Role.readOnly

    func status(of row: Row, for caller: Caller) async throws -> Int {
        let keys = try await keys(of: caller, needing: row.needs)
        let isOfHere = ![.none, .wrong, .alien].contains(caller)
        let things = Things(
            number: caller.rawValue,
            reader: try await fixture.member([.readOnly]),
            account: try await fixture.member([.readOnly], isServiceAccount: true),
            own: isOfHere ? keys ?? fixture.admin : fixture.admin
        )
        let answer = try await fixture.send(
            row.method,
            try await target(of: row, things),
            as: keys,
            body: things.body(of: row)
        )
        return answer.status
    }

    private func keys(of caller: Caller, needing needs: [Permission]) async throws -> Keys? {
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
            path.replace("{connection_id}", with: try await fixture.create(Bodies.openAI()))
        }
        if path.contains("{aws_account_config_id}") {
            let accounts = "/api/v2/integration/aws/accounts"
            let account = try await fixture.send(.post, accounts, body: things.account(number: 1))
            path.replace("{aws_account_config_id}", with: account.id)
            if path.hasSuffix("/ccm_config"), row.method != .post {
                let config = try await fixture.send(.post, path, body: Things.ccmConfig)
                try #require(config.status == 200)
            }
        }
        if path.contains("{api_key_id}") {
            let key = try await fixture.send(.post, "/api/v2/api_keys", body: Things.named("api_keys"))
            path.replace("{api_key_id}", with: key.id)
        }
        return path
    }
}

/// What a request is about.
private struct Things {
    /// Another one for each request.
    let number: Int
    let reader: Keys
    let account: Keys
    /// Whose key `@own` means.
    let own: Keys

    func ids(whose: String) -> [(parameter: String, id: Identifier)] {
        let owner = ["own": own, "account": account][whose] ?? reader
        return [
            ("app_key_id", owner.applicationKey), ("service_account_id", account.user), ("user_id", reader.user),
            ("role_id", World.role.id),
        ]
    }

    func body(of row: Row) -> String? {
        let element = row.path.split(separator: "/").last ?? ""
        switch (row.method, element) {
        case (.post, "connections"): return Bodies.openAI()
        case (.patch, "{connection_id}"): return Bodies.rename("New")
        case (.post, "accounts"): return account(number: 2)
        case (.patch, "{aws_account_config_id}"): return account(number: 1)
        case (.post, "ccm_config"), (.patch, "ccm_config"): return Self.ccmConfig
        case (.post, "api_keys"): return Self.named("api_keys")
        case (.post, "application_keys"):
            // No key hands out more than it has.
            return Self.named("application_keys", #","scopes":["user_app_keys"]"#)
        case (.patch, "{app_key_id}"): return Self.named("application_keys")
        case (.post, "users") where row.path == "/api/v2/users": return user("")
        case (.post, "service_accounts"): return user(#","service_account":true"#)
        case (.patch, "{user_id}"): return #"{"data":{"type":"users","id":"\#(reader.user)","attributes":{"name":"New"}}}"#
        case (_, "users") where row.method != .get: return #"{"data":{"type":"users","id":"\#(reader.user)"}}"#
        default: return nil
        }
    }

    func account(number: Int) -> String {
        #"""
        {"data":{"type":"account","attributes":{"aws_account_id":"\#(number)0000000000\#(self.number)",
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

    private func user(_ members: String) -> String {
        #"{"data":{"type":"users","attributes":{"email":"new-\#(number)@example.com"\#(members)}}}"#
    }
}
