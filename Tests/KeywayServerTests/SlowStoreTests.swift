import ActService
import Access
import Documents
import HTTPServer
import KeywayServer
import Storage
import Testing
import TestSupport
import UpstreamTesting

@Suite("A store that does not answer at once is read on threads that may wait, and on no other,")
struct SlowStoreTests {
    private let fixture: Fixture
    private let connection: String

    init() async throws {
        fixture = try await Fixture()
        connection = try await fixture.create(Bodies.openAI())
        fixture.store.set { $0.answersAtOnce = false }
        _ = fixture.store.takeReads()
    }

    /// Sends a request whose session is not known.
    ///
    /// - Returns: The response, once it is sure that all reads of it were on threads that may wait.
    private func send(
        _ method: HTTPMethod,
        _ target: String,
        as keys: Keys? = nil,
        body: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        fixture.store.set { $0.accessChanges += 1 }
        let answer = try await fixture.send(
            method,
            target,
            as: headers.isEmpty ? keys ?? fixture.admin : keys,
            body: body,
            headers: headers
        )
        let reads = fixture.store.takeReads()
        #expect(!reads.isEmpty, "\(method.name) \(target) reads its keys")
        #expect(reads.allSatisfy { $0 }, "\(method.name) \(target): \(reads)")
        return answer
    }

    @Test("whatever is asked for")
    func everyOperation() async throws {
        // Nothing has it.
        let id = Fixture.ids.next().description
        var count = 0
        for path in Contract.shared.document["paths"]?.names ?? [] where !Self.isOpen(path) {
            let target = path.replacing(
                /\{[^}]*\}/,
                with: path.contains("restriction_policy") ? "connection:\(id)" : id
            )
            for name in Contract.shared.document["paths"]?[path]?.names ?? [] {
                _ = try await send(HTTPMethod(name.uppercased()), target)
                count += 1
            }
        }
        #expect(count > 80)
    }

    /// Whether nobody's keys are looked up: where none are shown, or not where others show them.
    private static func isOpen(_ path: String) -> Bool {
        path.contains("/credentials/")
            || ["/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v2/token", "/api/v2/delegated-token"]
                .contains(path)
    }

    @Test("by lookups, lists and searches")
    func reads() async throws {
        for target in [
            Paths.connections, Paths.connection(connection), Paths.settings(connection), Paths.policy(connection),
            "/api/v2/users", "/api/v2/roles", "/api/v2/current_user", "/api/v2/audit/events", Paths.accounts,
        ] {
            #expect(try await send(.get, target).status == 200)
        }
        let keys = [(name: "DD-API-KEY", value: fixture.admin.api)]
        #expect(try await send(.get, "/api/v1/validate", headers: keys).status == 200)
    }

    @Test("by changes, and when they are decided again")
    func changes() async throws {
        let keys = try await fixture.member([.readOnly])
        fixture.store.set { $0.conflicts = 3 }
        let user = "/api/v2/users/\(keys.user)"
        #expect(try await send(.patch, user, body: AccessBodies.userUpdate(#""name":"Ada""#)).status == 200)
        #expect(try await send(.patch, Paths.connection(connection), body: Bodies.rename("New")).status == 200)
        #expect(try await send(.put, Paths.settings(connection), body: Bodies.settings()).status == 200)
        let policy = Bodies.policy([("editor", ["user:\(fixture.admin.user)"])])
        #expect(try await send(.post, Paths.policy(connection), body: policy).status == 200)
        let invited = try await send(.post, "/api/v2/user_invitations", body: AccessBodies.invitation(of: keys.user))
        let code = try #require(invited["/data/0/attributes/code"]?.text?.string)
        let accepted = try await send(
            .post,
            "/api/v2/user_invitations/\(try #require(invited["/data/0/id"]?.text?.string))/accept",
            body: AccessBodies.acceptance(code),
            headers: [("DD-API-KEY", fixture.admin.api)]
        )
        #expect(accepted.status == 201)
    }

    @Test("by tests of connections and by acts")
    func acts() async throws {
        let upstream = try RunningUpstream()
        let id = try await fixture.createActing(at: upstream)
        _ = fixture.store.takeReads()
        #expect(try await send(.post, Paths.test(id)).status == 200)
        #expect(try await send(.get, Paths.act(id, "/v1/models")).status == 200)
        #expect(upstream.received.count == 2)
    }

    @Test("and not at all for keys that are known")
    func known() async throws {
        _ = try await send(.get, "/api/v2/validate_keys")
        #expect(try await fixture.send(.get, "/api/v2/validate_keys", as: fixture.admin).status == 200)
        #expect(fixture.store.takeReads().isEmpty)
    }
}
