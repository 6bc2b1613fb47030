import ActService
import Access
import Documents
import HTTPServer
import KeywayServer
import SQLiteStorage
import Storage
import Testing

@Suite("The gate lets in a pair of keys")
struct GateKeyTests {
    @Test(
        "only if both are right and of one organisation",
        arguments: [
            "both right", "no API key", "no application key", "an empty API key", "a wrong API key",
            "a wrong application key", "the keys swapped", "another organisation's API key",
            "another organisation's application key", "a longer key", "an overlong key", "a disabled user",
        ]
    )
    func pairs(_ pair: String) async throws {
        let fixture = try await Fixture()
        var keys = fixture.admin
        var headers = keys.headers
        switch pair {
        case "no API key": headers.removeFirst()
        case "no application key": headers.removeLast()
        case "an empty API key": keys.api = ""; headers = keys.headers
        case "a wrong API key": keys.api = KeyText.apiKey(); headers = keys.headers
        case "a wrong application key": keys.application = KeyText.applicationKey(); headers = keys.headers
        case "the keys swapped": swap(&keys.api, &keys.application); headers = keys.headers
        case "another organisation's API key": keys.api = try await fixture.stranger().api; headers = keys.headers
        case "another organisation's application key":
            keys.application = try await fixture.stranger().application
            headers = keys.headers
        case "a longer key": keys.application += "0"; headers = keys.headers
        case "an overlong key": keys.application = String(repeating: "0", count: 5000); headers = keys.headers
        case "a disabled user": headers = try await fixture.member([.admin], isDisabled: true).headers
        default: break
        }
        let answer = try await fixture.send(.get, Paths.connections, headers: headers)
        if pair == "both right" {
            #expect(answer.status == 200)
            return
        }
        let source: String? =
            switch pair {
            case "no API key", "an empty API key": "header DD-API-KEY"
            case "no application key": "header DD-APPLICATION-KEY"
            default: nil
            }
        expectErrors(in: answer, status: 403, sources: [source])
        #expect(answer.header("X-RateLimit-Limit") == nil)
    }

    @Test("whose headers' names may be of any case")
    func headerCase() async throws {
        let fixture = try await Fixture()
        let headers = fixture.admin.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        #expect(try await fixture.send(.get, Paths.connections, headers: headers).status == 200)
    }

    @Test("with a user of its organisation's only: another API key of it does as well")
    func anyAPIKey() async throws {
        let fixture = try await Fixture()
        var keys = fixture.admin
        keys.api = try await fixture.member([.readOnly]).api
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
    }
}

/// Whether a key may do something, for each kind of endpoint.
struct Reach: Sendable, CustomTestStringConvertible {
    let who: String
    let roles: [Role]
    let scopes: [String]?
    /// Letters for: Read and Write connections, read regIstrations, register one's Own key, register Others' keys.
    let may: String

    init(_ who: String, _ roles: [Role], scopes: [String]? = nil, may: String) {
        self.who = who
        self.roles = roles
        self.scopes = scopes
        self.may = may
    }

    var testDescription: String { who }
}

@Suite("What a key may do is what its owner's roles and its scopes both allow")
struct PermissionTests {
    @Test(arguments: [
        Reach("admin", [.admin], may: "RWIOX"),
        Reach("standard", [.standard], may: "RWO"),
        Reach("read-only", [.readOnly], may: "RO"),
        Reach("no role", [], may: ""),
        Reach("read-only and standard", [.readOnly, .standard], may: "RWO"),
        Reach("admin scoped to read", [.admin], scopes: ["connections_read"], may: "R"),
        Reach("admin scoped to write", [.admin], scopes: ["connections_write"], may: "W"),
        Reach("admin scoped to write in the page's spelling", [.admin], scopes: ["connection_write"], may: "W"),
        Reach("admin scoped to read registrations", [.admin], scopes: ["org_app_keys_read"], may: "I"),
        Reach("admin scoped to own keys", [.admin], scopes: ["user_app_keys"], may: "O"),
        Reach("admin scoped to manage access", [.admin], scopes: ["user_access_manage"], may: "OX"),
        Reach("admin scoped to service accounts", [.admin], scopes: ["service_account_write"], may: ""),
        Reach("admin scoped to something unknown", [.admin], scopes: ["dashboards_read"], may: ""),
        Reach("admin with an empty list of scopes, which means unscoped", [.admin], scopes: [], may: "RWIOX"),
        Reach("read-only scoped to write", [.readOnly], scopes: ["connections_write", "connections_read"], may: "R"),
    ])
    func reach(_ reach: Reach) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let other = try await fixture.member([.readOnly], isRegistered: false)
        let keys = try await fixture.member(reach.roles, scopes: reach.scopes)
        let requests: [(letter: Character, method: HTTPMethod, target: String, body: String?)] = [
            ("R", .get, Paths.connections, nil),
            ("R", .get, Paths.connection(id), nil),
            ("W", .post, Paths.connections, Bodies.openAI()),
            ("W", .patch, Paths.connection(id), Bodies.rename("New")),
            ("W", .delete, Paths.connection(id), nil),
            ("I", .get, Paths.registrations, nil),
            ("I", .get, Paths.registration(fixture.admin.applicationKey), nil),
            ("O", .put, Paths.registration(keys.applicationKey), nil),
            ("X", .put, Paths.registration(other.applicationKey), nil),
            ("X", .delete, Paths.registration(other.applicationKey), nil),
            ("X", .delete, Paths.registration(fixture.admin.applicationKey), nil),
        ]
        for request in requests {
            let answer = try await fixture.send(request.method, request.target, as: keys, body: request.body)
            let isAllowed = reach.may.contains(request.letter)
            #expect((answer.status < 300) == isAllowed, "\(request.method) \(request.target): \(answer.status)")
            if !isAllowed { #expect(answer.status == 403) }
        }
    }

    @Test("and a service account's key is registered by who may write service accounts")
    func serviceAccounts() async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isRegistered: false, isServiceAccount: true)
        let person = try await fixture.member([.readOnly], isRegistered: false)
        let keys = try await fixture.member([.admin], scopes: ["service_account_write"])
        for (key, status) in [(account, 201), (person, 403)] {
            #expect(try await fixture.send(.put, Paths.registration(key.applicationKey), as: keys).status == status)
        }
    }
}

@Suite("The gate checks in a fixed order")
struct GateOrderTests {
    @Test("keys, then rate limit, then permission, then registration, then what was sent")
    func order() async throws {
        let fixture = try await Fixture(rateLimit: RateLimit(requests: 1, seconds: 3600))
        let keys = try await fixture.member([], isRegistered: false)
        // Permission goes before registration and body.
        let first = try await fixture.send(.post, Paths.connections, as: keys, body: "{")
        expectErrors(in: first, status: 403, sources: [nil])
        #expect(first["/errors/0/detail"]?.text?.string.contains("connections_write") == true)
        // The limit goes before permission.
        expectErrors(in: try await fixture.send(.post, Paths.connections, as: keys, body: "{"), status: 429)
        // Keys go before the limit.
        var wrong = keys
        wrong.api = KeyText.apiKey()
        expectErrors(in: try await fixture.send(.post, Paths.connections, as: wrong, body: "{"), status: 403)
        // Registration goes before id and body, and says how to register.
        let unregistered = try await fixture.member([.admin], isRegistered: false)
        let last = try await fixture.send(.patch, Paths.connection("x"), as: unregistered, body: "{")
        expectErrors(in: last, status: 403, sources: [nil])
        #expect(
            last["/errors/0/detail"]?.text?.string.contains(Paths.registration(unregistered.applicationKey)) == true
        )
    }
}

@Suite("A change of access takes effect at once")
struct AccessChangeTests {
    @Test("when a key is registered and unregistered")
    func registration() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.standard], isRegistered: false)
        let registration = Paths.registration(keys.applicationKey)
        for _ in 1...10 {
            #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
            #expect(try await fixture.send(.put, registration, as: fixture.admin).status == 201)
            #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
            #expect(try await fixture.send(.delete, registration, as: fixture.admin).status == 204)
        }
    }

    @Test("when a key is made that was wrong before")
    func newKey() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.send(.get, Paths.connections, as: fixture.admin).status == 200)
        let keys = try await fixture.member([.standard])
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
    }

    @Test(
        "when a user loses a role or is disabled",
        arguments: [([Role.readOnly], false, 403), ([.admin], true, 403), ([.admin], false, 201)]
    )
    func user(_ roles: [Role], _ isDisabled: Bool, _ status: Int) async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.send(.get, Paths.connections, as: fixture.admin).status == 200)
        let user = User(
            id: fixture.admin.user,
            organization: fixture.organization,
            handle: "changed",
            isDisabled: isDisabled,
            roles: roles.map(\.id),
            createdAt: .now
        )
        fixture.store.set {
            $0.user = user
            $0.accessChanges += 1
        }
        #expect(try await fixture.send(.post, Paths.connections, body: Bodies.openAI()).status == status)
    }

    @Test("and is not asked of the store while nothing changes")
    func remembered() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        _ = try await fixture.send(.get, Paths.connection(id), as: fixture.admin)
        let reads = fixture.sqlite.statistics().reads
        for _ in 1...10 { _ = try await fixture.send(.get, Paths.connection(id), as: fixture.admin) }
        #expect(fixture.sqlite.statistics().reads == reads + 10)
    }
}
