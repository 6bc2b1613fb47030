import ActService
import Access
import Documents
import HTTPServer
import KeywayServer
import SQLiteStorage
import Storage
import Testing

@Suite("Two services over one store")
struct TwoNodesTests {
    /// Sends requests at once, through one service and the other by turns.
    private func sendAll(
        _ requests: [(method: HTTPMethod, target: String, body: String)],
        _ fixture: Fixture
    ) async throws {
        let other = fixture.node()
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for (number, (method, target, body)) in requests.enumerated() {
                group.addTask {
                    try await fixture.send(
                        method,
                        target,
                        as: fixture.admin,
                        body: body,
                        to: number.isMultiple(of: 2) ? fixture.service : other
                    )
                }
            }
            for try await answer in group { #expect(answer.status < 300, "\(answer.text)") }
        }
    }

    @Test("lose no change of a role")
    func role() async throws {
        let fixture = try await Fixture()
        let role = try await fixture.ownRole([])
        let path = "/api/v2/roles/\(role.id)/permissions"
        try await sendAll(
            Permission.allCases.map { (.post, path, AccessBodies.reference(to: $0)) },
            fixture
        )
        let stored = try #require(try fixture.sqlite.ownRole(role.id, in: fixture.organization))
        #expect(stored.given == .all)
        #expect(stored.revision == Int64(1 + Permission.allCases.count))
    }

    @Test("lose no change of a user")
    func user() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly])
        var roles: [Identifier] = []
        for _ in 0..<12 { roles.append(try await fixture.ownRole([.connectionsRead]).id) }
        try await sendAll(
            roles.map { (.post, "/api/v2/roles/\($0)/users", AccessBodies.reference(keys.user)) }
                + [
                    (.patch, "/api/v2/users/\(keys.user)", AccessBodies.userUpdate(#""name":"Ada""#)),
                    (.patch, "/api/v2/users/\(keys.user)", AccessBodies.userUpdate(#""title":"Countess""#)),
                ],
            fixture
        )
        let user = try #require(try fixture.sqlite.user(keys.user, in: fixture.organization))
        #expect(Set(user.roles) == Set(roles + [Role.readOnly.id]))
        #expect(user.name == "Ada")
        #expect(user.title == "Countess")
        #expect(try fixture.events().count == 14)
    }

    @Test("lose no change of an application key", arguments: 0..<5)
    func applicationKey(_ round: Int) async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly])
        let path = "/api/v2/application_keys/\(keys.applicationKey)"
        try await sendAll(
            [
                (.patch, path, AccessBodies.key("application_keys", #""name":"New""#)),
                (.patch, path, AccessBodies.key("application_keys", #""scopes":["connections_read"]"#)),
            ],
            fixture
        )
        let key = try #require(try fixture.sqlite.applicationKey(keys.applicationKey, in: fixture.organization))
        #expect(key.name == "New")
        #expect(key.scopes == ["connections_read"])
        #expect(key.revision == 3)
    }

    @Test("issue another id where theirs meet, whatever they create")
    func meetingIDs() async throws {
        let fixture = try await Fixture()
        let connection = try await fixture.create(Bodies.openAI())
        let now = Timestamp.now
        let nodes = (0..<2).map { _ in fixture.node(identifiers: IdentifierGenerator { now }) }
        let creations: [(target: String, body: @Sendable (Int) -> String)] = [
            (Paths.connections, { _ in Bodies.openAI() }),
            ("/api/v2/api_keys", { _ in AccessBodies.apiKey() }),
            ("/api/v2/current_user/application_keys", { _ in AccessBodies.applicationKey() }),
            ("/api/v2/personal_access_tokens", { _ in AccessBodies.accessToken(isPersonal: true, expires: true) }),
            ("/api/v2/actions/act_tokens", { _ in AccessBodies.actToken(through: connection) }),
            ("/api/v2/users", { AccessBodies.user(email: "user\($0)@example.com") }),
            ("/api/v2/roles", { AccessBodies.role("Role \($0)") }),
        ]
        for (target, body) in creations {
            var ids: Set<String> = []
            for number in 0..<6 {
                let node = nodes[number % 2]
                let answer = try await fixture.send(.post, target, as: fixture.admin, body: body(number), to: node)
                #expect([200, 201].contains(answer.status), "\(target): \(answer.text)")
                ids.insert(answer.id)
            }
            #expect(ids.count == 6, "\(target)")
        }
    }

    @Test("lose no change that comes between a read and its commit")
    func meanwhile() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly])
        var user = try #require(try fixture.sqlite.user(keys.user, in: fixture.organization))
        user.roles = []
        let removal = Change([.updateUser(user)], event: nil)
        fixture.store.set { $0.meanwhile = removal }
        let body = AccessBodies.userUpdate(#""name":"Ada""#)
        #expect(try await fixture.send(.patch, "/api/v2/users/\(keys.user)", body: body).status == 200)
        let stored = try #require(try fixture.sqlite.user(keys.user, in: fixture.organization))
        #expect(stored.name == "Ada")
        #expect(stored.roles.isEmpty)
        #expect(stored.revision == 3)
    }

    @Test("let no key in once its deletion was heard of, or nothing was heard for long")
    func staleness() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.admin])
        func status(_ hearing: FaultyStore.Hearing) async throws -> Int {
            fixture.store.set { $0.hearing = hearing }
            return try await fixture.send(.get, Paths.connections, as: keys).status
        }
        #expect(try await status(.all) == 200)
        let before = try fixture.sqlite.currentAccessGeneration()
        let path = "/api/v2/application_keys/\(keys.applicationKey)"
        let deletion = try await fixture.send(.delete, path, as: fixture.admin, to: fixture.node())
        #expect(deletion.status == 204)
        // It may be let in for as long as the store is allowed to be behind.
        #expect(try await status(.nothing(since: before)) == 200)
        #expect(try await status(.silence) == 403)
        // Who has asked anew does not go back to what was heard before.
        #expect(try await status(.nothing(since: before)) == 403)
        #expect(try await status(.all) == 403)
    }

    @Test("take nothing of a key whose deletion was not heard of yet, and ask anew")
    func staleGranter() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.admin])
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
        let before = try fixture.sqlite.currentAccessGeneration()
        fixture.store.set { $0.hearing = .nothing(since: before) }
        let path = "/api/v2/application_keys/\(keys.applicationKey)"
        #expect(try await fixture.send(.delete, path, as: fixture.admin, to: fixture.node()).status == 204)
        let body = AccessBodies.user(roles: [.admin])
        expectStrings(in: try await fixture.send(.post, "/api/v2/users", as: keys, body: body), status: 403)
        // Others go on.
        #expect(try await fixture.send(.post, "/api/v2/users", body: body).status == 201)
    }

    @Test("know of each other's changes when nothing is heard, for they ask then")
    func silence() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly])
        fixture.store.set { $0.hearing = .silence }
        let other = fixture.node()
        for role in [Role.standard, .readOnly, .standard] {
            let user = AccessBodies.reference(keys.user)
            for shipped in [Role.standard, .readOnly] where shipped.id != role.id {
                let path = "/api/v2/roles/\(shipped.id)/users"
                #expect(try await fixture.send(.delete, path, as: fixture.admin, body: user, to: other).status == 200)
            }
            let path = "/api/v2/roles/\(role.id)/users"
            #expect(try await fixture.send(.post, path, as: fixture.admin, body: user, to: other).status == 200)
            let created = try await fixture.send(.post, Paths.connections, as: keys, body: Bodies.openAI())
            #expect(created.status == (role.id == Role.standard.id ? 201 : 403))
        }
    }

    @Test("leave an organisation its last admin, whoever disables the others")
    func lastAdmin() async throws {
        let fixture = try await Fixture()
        let second = try await fixture.member([.admin])
        var user = try #require(try fixture.sqlite.user(second.user, in: fixture.organization))
        user.isDisabled = true
        let removal = Change([.updateUser(user)], event: nil)
        fixture.store.set { $0.meanwhile = removal }
        let answer = try await fixture.send(.delete, "/api/v2/users/\(fixture.admin.user)", as: fixture.admin)
        expectStrings(in: answer, status: 400, containing: "last enabled user")
        #expect(try fixture.sqlite.user(fixture.admin.user, in: fixture.organization)?.isDisabled == false)
        #expect(try fixture.events().isEmpty)
    }

    @Test(
        "tell that a change was not made when others come in between again and again",
        arguments: [(199, 200), (200, 503)]
    )
    func contention(_ conflicts: Int, _ status: Int) async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.readOnly])
        let requests = [
            ("/api/v2/users/\(keys.user)", AccessBodies.userUpdate(#""name":"Ada""#)),
            ("/api/v2/application_keys/\(keys.applicationKey)", AccessBodies.applicationKey()),
        ]
        for (target, body) in requests {
            fixture.store.set { $0.conflicts = conflicts }
            #expect(try await fixture.send(.patch, target, body: body).status == status)
        }
        #expect(try fixture.events().count == (status == 200 ? 2 : 0))
    }
}

/// A way for a granter to lose their right while their grant is under way.
enum Revocation: CaseIterable {
    case apiKeyDeleted, applicationKeyDeleted, userDisabled, roleTaken, rolesPermissionsTaken, scopesNarrowed
}

@Suite("Whoever hands something out, and loses the right to it before the commit,")
struct RevokedGranterTests {
    /// Permissions that let the granter ask, but hand nothing out.
    private static let left: PermissionSet = [
        .userAccessManage, .userAccessInvite, .userAppKeys, .serviceAccountWrite,
    ]

    private let fixture: Fixture
    private let role: OwnRole
    private let granter: Keys
    private let disabled: Keys
    private let account: Keys
    private let gift: OwnRole

    init() async throws {
        fixture = try await Fixture()
        role = try await fixture.ownRole(.all, name: "Granter")
        gift = try await fixture.ownRole([.auditLogsRead], name: "Gift")
        granter = try await fixture.member([Role(role)])
        disabled = try await fixture.member([Role(gift)], isDisabled: true)
        account = try await fixture.member([Role(gift)], scopes: ["connections_read"], isServiceAccount: true)
    }

    @Test("sends no secret elsewhere either, nor opens a connection to others")
    func redirection() async throws {
        let fixture = fixture
        let redirector = try await fixture.ownRole(
            [.connectionsRead, .connectionsWrite, .connectionsRedirect],
            name: "Redirector"
        )
        let keys = try await fixture.member([Role(redirector)])
        let connection = try await fixture.create(Bodies.openAI())
        let settings = Bodies.settings(#""base_url":"https://elsewhere.example","custom_domain":true"#)
        let policy = Bodies.policy([("editor", ["user:\(keys.user)"]), ("viewer", ["org:\(fixture.organization)"])])
        let requests: [(method: HTTPMethod, target: String, body: String, left: PermissionSet)] = [
            (.put, Paths.settings(connection), settings, [.connectionsRead, .connectionsWrite]),
            (.post, Paths.policy(connection), policy, [.connectionsRead, .connectionsRedirect]),
        ]
        for (method, target, body, left) in requests {
            var role = try #require(try fixture.sqlite.ownRole(redirector.id, in: fixture.organization))
            role.given = left
            let loss = Change([.updateRole(role)], event: nil)
            fixture.store.set { $0.meanwhile = loss }
            let answer = try await fixture.send(method, target, as: keys, body: body)
            #expect(answer.status == 403, "\(target): \(answer.text)")
            role.given = redirector.given
            role.revision += 1
            try #require(try await fixture.sqlite.commit(Change([.updateRole(role)], event: nil)) == .committed)
        }
        #expect(try fixture.events().count == 1)
        for (method, target, body, _) in requests {
            let answer = try await fixture.send(method, target, as: keys, body: body)
            #expect(answer.status == 200, "\(target): \(answer.text)")
        }
    }

    /// Each hands out the permission to read the audit log.
    private var grants: [(method: HTTPMethod, target: String, body: String)] {
        let widened = AccessBodies.applicationKey(scopes: "null")
        return [
            (.post, "/api/v2/current_user/application_keys", AccessBodies.applicationKey()),
            (.post, "/api/v2/service_accounts/\(account.user)/application_keys", AccessBodies.applicationKey()),
            (.patch, "/api/v2/service_accounts/\(account.user)/application_keys/\(account.applicationKey)", widened),
            (.post, "/api/v2/users", AccessBodies.user(roles: [Role(gift)])),
            (.patch, "/api/v2/users/\(disabled.user)", AccessBodies.userUpdate(#""disabled":false"#)),
            (.post, "/api/v2/roles/\(gift.id)/users", AccessBodies.reference(fixture.admin.user)),
            (.post, "/api/v2/roles", AccessBodies.role("New", [.auditLogsRead])),
            (.post, "/api/v2/roles/\(gift.id)/clone", AccessBodies.role("Copy")),
            (.post, "/api/v2/roles/\(gift.id)/permissions", AccessBodies.reference(to: .apiKeysDelete)),
            (.post, "/api/v2/user_invitations", AccessBodies.invitation(of: account.user)),
        ]
    }

    /// The change that takes the right away, and the one that gives it back.
    private func mutations(of revocation: Revocation) throws -> (take: Mutation, giveBack: Mutation) {
        let (store, organization) = (fixture.sqlite, fixture.organization)
        switch revocation {
        case .apiKeyDeleted:
            let key = try #require(try store.apiKey(digest: KeyDigest(of: granter.api)))
            return (.deleteAPIKey(key.id, organization: organization), .createAPIKey(key))
        case .applicationKeyDeleted:
            let key = try #require(try store.applicationKey(granter.applicationKey, in: organization))
            return (.deleteApplicationKey(key.id, organization: organization), .createApplicationKey(key))
        case .userDisabled, .roleTaken:
            var user = try #require(try store.user(granter.user, in: organization))
            var before = user
            before.revision += 1
            if revocation == .userDisabled { user.isDisabled = true } else { user.roles = [] }
            return (.updateUser(user), .updateUser(before))
        case .rolesPermissionsTaken:
            var role = try #require(try store.ownRole(role.id, in: organization))
            var before = role
            before.revision += 1
            role.given = Self.left
            return (.updateRole(role), .updateRole(before))
        case .scopesNarrowed:
            var key = try #require(try store.applicationKey(granter.applicationKey, in: organization))
            var before = key
            before.revision += 1
            key.scopes = Self.left.members.map(\.rawValue)
            return (.updateApplicationKey(key), .updateApplicationKey(before))
        }
    }

    @Test("hands nothing out", arguments: Revocation.allCases)
    func refused(_ revocation: Revocation) async throws {
        for (method, target, body) in grants {
            // A key of one's own has no more than its owner: what the role lost, it lacks.
            if revocation == .rolesPermissionsTaken, target.contains("/current_user/") { continue }
            let (take, giveBack) = try mutations(of: revocation)
            fixture.store.set { $0.meanwhile = Change([take], event: nil) }
            let answer = try await fixture.send(method, target, as: granter, body: body)
            expectStrings(in: answer, status: 403)
            try #require(try await fixture.sqlite.commit(Change([giveBack], event: nil)) == .committed)
        }
        #expect(try fixture.events().isEmpty)
    }

    @Test("hands it out while the right stays")
    func granted() async throws {
        for (method, target, body) in grants {
            let answer = try await fixture.send(method, target, as: granter, body: body)
            #expect((200...201).contains(answer.status), "\(method.name) \(target): \(answer.text)")
        }
        #expect(try fixture.events().count == grants.count)
    }

    @Test("hands out no more than they have of a user or a role that becomes more before the commit")
    func grown() async throws {
        let some = try await fixture.member([.admin], scopes: Self.left.members.map(\.rawValue) + ["connections_read"])
        let modest = try await fixture.ownRole([.connectionsRead], name: "Modest")
        let subject = try await fixture.member([Role(modest)], isServiceAccount: true)
        let requests: [(target: String, body: String)] = [
            ("/api/v2/service_accounts/\(subject.user)/application_keys", AccessBodies.applicationKey()),
            ("/api/v2/user_invitations", AccessBodies.invitation(of: subject.user)),
            ("/api/v2/roles/\(modest.id)/users", AccessBodies.reference(fixture.admin.user)),
            ("/api/v2/roles/\(modest.id)/clone", AccessBodies.role("Copy")),
            ("/api/v2/users", AccessBodies.user(roles: [Role(modest)])),
        ]
        for (target, body) in requests {
            var role = try #require(try fixture.sqlite.ownRole(modest.id, in: fixture.organization))
            role.given = .all
            let growth = Change([.updateRole(role)], event: nil)
            fixture.store.set { $0.meanwhile = growth }
            let answer = try await fixture.send(.post, target, as: some, body: body)
            expectStrings(in: answer, status: 403, containing: "audit_logs_read")
            role.given = [.connectionsRead]
            role.revision += 1
            try #require(try await fixture.sqlite.commit(Change([.updateRole(role)], event: nil)) == .committed)
        }
        #expect(try fixture.events().isEmpty)
    }
}
