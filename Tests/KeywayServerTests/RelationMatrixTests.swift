import Access
import Documents
import HTTPServer
import Storage
import Testing
import UpstreamTesting

/// Every route of a connection, under a policy that gives the caller each relation, and the status that responses.
///
/// The policy names the caller as a user, as everyone with the caller's role, and as everyone in the organisation: the
/// statuses are the same. The list answers 200 to all; for it, the table says how many connections it shows of one. The
/// columns:
///
/// - open: there is no policy.
/// - none, viewer, resolver, editor: a caller with the standard role, whom the policy names so, or not at all.
/// - reader: an editor with the read-only role, and so without the permission to write or to act.
/// - scoped: an editor whose key has the one scope `connections_read`.
/// - admin: someone with all permissions whom the policy does not name.
/// - manager: the same, whose key has the one scope `user_access_manage`.
private let table = """
                                                      open none viewer resolver editor reader scoped admin manager

    /api/v2/actions/connections
        GET                                              1    0      1        1      1      1      1     0     403
        POST                                           201  201    201      201    201    403    403   201     403

    /api/v2/actions/connections/{connection_id}
        GET                                            200  403    200      200    200    200    200   403     403
        PATCH                                          200  403    403      403    200    403    403   403     403
        DELETE                                         204  403    403      403    204    403    403   403     403

    /api/v2/actions/connections/{connection_id}/proxy/{path}
        GET                                            200  403    403      200    200    403    403   403     403
        HEAD                                           200  403    403      200    200    403    403   403     403
        POST                                           200  403    403      200    200    403    403   403     403
        PUT                                            200  403    403      200    200    403    403   403     403
        PATCH                                          200  403    403      200    200    403    403   403     403
        DELETE                                         200  403    403      200    200    403    403   403     403
        OPTIONS                                        200  403    403      200    200    403    403   403     403

    /api/v2/actions/connections/{connection_id}/test
        POST                                           200  403    403      200    200    403    403   403     403

    /api/v2/actions/connections/{connection_id}/use
        GET                                            200  403    200      200    200    200    200   403     403

    /api/v2/actions/connections/{connection_id}/credentials/aws
        GET                                            403  403    403      403    403    403    403   403     403

    /api/v2/actions/connections/{connection_id}/credentials/azure
        GET                                            403  403    403      403    403    403    403   403     403

    /api/v2/actions/connections/{connection_id}/settings
        GET                                            200  403    200      200    200    200    200   403     403
        PUT                                            200  403    403      403    200    403    403   403     403

    /api/v2/restriction_policy/{resource_id}
        GET                                            200  403    200      200    200    200    200   200     200
        POST                                           200  403    403      403    200    403    403   200     200
        DELETE                                         204  403    403      403    204    403    403   204     204
    """

@Suite("What a restriction policy lets one do with a connection")
struct RelationMatrixTests {
    @Test("stands in the table, however the policy names the caller", arguments: Row.all, Naming.allCases)
    fileprivate func answers(_ row: Row, _ naming: Naming) async throws {
        let fixture = try await Fixture()
        var results: [Int] = []
        for column in Column.allCases {
            results.append(try await row.result(for: column, named: naming, in: fixture))
        }
        #expect(results == row.results, "\(Column.names)")
    }

    @Test("for every route about connections that the service describes, and for no other")
    func isComplete() {
        let described = Contract.shared.document["paths"]?.members.flatMap { path in
            path.value.members.map { "\($0.name.string.uppercased()) \(path.name.string)" }
        }
        let routes = Set(described ?? []).filter {
            $0.contains(" \(Paths.connections)") || $0.contains("{connection_id}") || $0.contains("{resource_id}")
        }
        let rows = Set(Row.all.map(\.route))
        #expect(!routes.isEmpty)
        #expect(routes.subtracting(rows).sorted() == [], "these routes have no row")
        #expect(rows.subtracting(routes).sorted() == [], "these rows have no route")
    }
}

/// How a policy names the caller.
private enum Naming: CaseIterable {
    case user, role, organization

    func subject(_ caller: Keys, _ role: Role, of organization: Identifier) -> RestrictionPolicy.Subject {
        switch self {
        case .user: .user(caller.user)
        case .role: .role(role.id)
        case .organization: .organization(organization)
        }
    }
}

private enum Column: CaseIterable {
    case open, none, viewer, resolver, editor, reader, scoped, admin, manager

    static let names = allCases.map { "\($0)" }.joined(separator: " ")

    /// The relation that the policy gives to the caller; `nil` if it does not name them.
    var relation: RestrictionPolicy.Relation? {
        switch self {
        case .open, .none, .admin, .manager: nil
        case .viewer: .viewer
        case .resolver: .resolver
        case .editor, .reader, .scoped: .editor
        }
    }

    var role: Role {
        switch self {
        case .open, .none, .viewer, .resolver, .editor, .scoped: .standard
        case .reader: .readOnly
        case .admin, .manager: .admin
        }
    }

    var scopes: [String]? {
        switch self {
        case .open, .none, .viewer, .resolver, .editor, .reader, .admin: nil
        case .scoped: ["connections_read"]
        case .manager: ["user_access_manage"]
        }
    }
}

private struct Row: Sendable, CustomTestStringConvertible {
    let method: HTTPMethod
    let path: String
    let results: [Int]

    var route: String { "\(method.name) \(path)" }
    var testDescription: String { route }
    /// Where all acts go.
    private static let upstream = Result { try RunningUpstream() }

    private var isList: Bool { method == .get && path == Paths.connections }

    static let all: [Row] = {
        var path = ""
        return table.split(separator: "\n").dropFirst().compactMap { line in
            if line.hasPrefix("/") { path = String(line) }
            let words = line.split(separator: " ")
            guard !line.hasPrefix("/"), let method = words.first else { return nil }
            return Row(method: HTTPMethod(String(method)), path: path, results: words.compactMap { Int($0) })
        }
    }()

    /// The status of the row's request about a new connection, or how many connections a list shows.
    func result(for column: Column, named naming: Naming, in fixture: Fixture) async throws -> Int {
        let caller = try await fixture.member([column.role], scopes: column.scopes)
        let stranger = try await fixture.member([.readOnly])
        let name = "of \(caller.user)"
        let acts = path.contains("/proxy/") || path.hasSuffix("/test")
        let new = Bodies.openAI(name: name)
        let id =
            acts
            ? try await fixture.createActing(new, at: Self.upstream.get()) : try await fixture.create(new)
        if column != .open {
            var bindings = [(relation: "editor", principals: ["user:\(stranger.user)"])]
            if let relation = column.relation {
                let subject = naming.subject(caller, column.role, of: fixture.organization)
                bindings.append((relation.rawValue, [subject.description]))
            }
            let target = Paths.policy(id) + "?allow_self_lockout=true"
            let answer = try await fixture.send(.post, target, body: Bodies.policy(bindings))
            try #require(answer.status == 200, "\(answer.text)")
        }
        var target = path.replacing("{connection_id}", with: id).replacing("{resource_id}", with: "connection:\(id)")
        target = target.replacing("{path}", with: "v1/models")
        if isList { target += "?filter[query]=\(caller.user)" }
        let answer = try await fixture.send(method, target, as: caller, body: body(by: caller, name))
        guard isList, answer.status == 200 else { return answer.status }
        #expect(answer["/meta/total_filtered"] == .integer(Int64(answer["/data"]?.elements.count ?? -1)))
        return answer["/data"]?.elements.count ?? -1
    }

    private func body(by caller: Keys, _ name: String) -> String? {
        switch (method, path) {
        case (.post, Paths.connections): Bodies.openAI()
        case (.put, _) where path.hasSuffix("/settings"): Bodies.settings()
        case (.patch, _) where path.hasSuffix("{connection_id}"): Bodies.rename("\(name), renamed")
        case (.post, _) where path.contains("{resource_id}"): Bodies.policy([("editor", ["user:\(caller.user)"])])
        default: nil
        }
    }
}
