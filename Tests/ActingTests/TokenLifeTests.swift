import Connections
import Documents
import Egress
import Secrets
import Testing

@testable import Acting

@Suite("A token that was issued for a connection", .timeLimit(.minutes(10)))
struct TokenLifeTests {
    private let clock = TestClock()
    private let secrets = StoredSecrets(["client_secret": "secret"])

    /// Issues `token-0`, `token-1`, …, each for an hour.
    private static func endpoint(pause: Duration = .zero) -> RecordingTokenEndpoint {
        RecordingTokenEndpoint(pause: pause) {
            .success((200, #"{"access_token":"token-\#($0)","expires_in":3600}"#))
        }
    }

    private func authenticator(_ endpoint: RecordingTokenEndpoint) -> ActAuthenticator {
        let clock = clock
        return ActAuthenticator(endpoint: endpoint, aws: AWSCredentialSource { _ in nil }, now: { clock.time })
    }

    private func act(_ connection: ActConnection.Stored = ClientCredentialsTests.connection()) throws -> PlannedAct {
        try Sample.planner().plan(Sample.request(), on: connection)
    }

    @Test("is asked for once, however many act at the same time")
    func singleFlight() async throws {
        let endpoint = Self.endpoint(pause: .milliseconds(50))
        let authenticator = authenticator(endpoint)
        let act = try act()
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await authenticator.authenticate(act, with: secrets).request.header("Authorization")
                }
            }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(tokens == ["Bearer token-0"])
        #expect(await endpoint.requests.count == 1)
    }

    @Test("is issued though whoever asked first goes away")
    func cancellation() async throws {
        let endpoint = Self.endpoint(pause: .milliseconds(50))
        let authenticator = authenticator(endpoint)
        let act = try act()
        let first = Task { try await authenticator.authenticate(act, with: secrets) }
        while await endpoint.requests.isEmpty { await Task.yield() }
        first.cancel()
        let second = try await authenticator.authenticate(act, with: secrets)
        #expect(second.request.header("Authorization") == "Bearer token-0")
        #expect(await endpoint.requests.count == 1)
    }

    @Test("is not waited for by a test of the credentials that was given up")
    func abandonedTest() async throws {
        // It never comes: the test would never end.
        let endpoint = Self.endpoint(pause: .seconds(86_400))
        let authenticator = authenticator(endpoint)
        let act = try act()
        let test = Task { try await authenticator.authenticateAnew(act, with: secrets) }
        while await endpoint.requests.isEmpty { await Task.yield() }
        test.cancel()
        await #expect(throws: EgressError.cancelled) { try await test.value }
    }

    @Test("is used until shortly before it expires", arguments: [(0, 1), (3299, 1), (3300, 2), (3600, 2), (9999, 2)])
    func expiry(seconds: Int64, requests: Int) async throws {
        let endpoint = Self.endpoint()
        let authenticator = authenticator(endpoint)
        _ = try await authenticator.authenticate(try act(), with: secrets)
        clock.advance(seconds: seconds)
        let sent = try await authenticator.authenticate(try act(), with: secrets)
        #expect(sent.request.header("Authorization") == "Bearer token-\(requests - 1)")
        #expect(await endpoint.requests.count == requests)
    }

    @Test("that lives shortly is used for most of its life")
    func shortLife() {
        let token = MintedToken(
            content: .bearer(Secret(copying: [])),
            issued: Timestamp(microseconds: 0),
            expiry: Timestamp(microseconds: 100_000_000)
        )
        #expect(token.lastUse.microseconds == 80_000_000)
    }

    @Test("is another for another revision, scope, connection or organisation")
    func keys() async throws {
        let endpoint = Self.endpoint()
        let authenticator = authenticator(endpoint)
        let other = Identifier(high: 9, low: 9)
        for connection in [
            ClientCredentialsTests.connection(), ClientCredentialsTests.connection(),
            ClientCredentialsTests.connection(revision: 2),
            ClientCredentialsTests.connection(scopes: "x/.default", revision: 2),
            ClientCredentialsTests.connection(tenant: "other", revision: 2),
            ClientCredentialsTests.connection(id: other),
            ClientCredentialsTests.connection(settings: ["authority": "https://login.microsoftonline.us"], id: other),
            ClientCredentialsTests.connection(id: other),
        ] {
            _ = try await authenticator.authenticate(try act(connection), with: secrets)
        }
        #expect(await endpoint.requests.count == 6)
    }

    @Test("is asked for anew for a test of the credentials, and after it was refused")
    func renewal() async throws {
        let endpoint = Self.endpoint()
        let authenticator = authenticator(endpoint)
        let act = try act()
        let first = try await authenticator.authenticate(act, with: secrets)
        let second = try await authenticator.authenticate(act, with: secrets, anew: true)
        #expect(second.request.header("Authorization") == "Bearer token-1")
        #expect(authenticator.shouldRenew(after: ResponseHead(status: 401, headers: []), of: second))
        #expect(!authenticator.shouldRenew(after: ResponseHead(status: 403, headers: []), of: second))
        // One that has been replaced already is not forgotten a second time.
        await authenticator.forgetToken(of: first)
        #expect(
            try await authenticator.authenticate(act, with: secrets).request.header("Authorization") == "Bearer token-1"
        )
        await authenticator.forgetToken(of: second)
        #expect(
            try await authenticator.authenticate(act, with: secrets).request.header("Authorization") == "Bearer token-2"
        )
        #expect(await endpoint.requests.count == 3)
    }

    @Test("is not renewed where there is none")
    func noToken() async throws {
        let authenticator = authenticator(Self.endpoint())
        let act = try Sample.planner().plan(Sample.request(), on: Sample.openAI())
        let sent = try await authenticator.authenticate(act, with: StoredSecrets(["api_token": "sk-1"]))
        #expect(!authenticator.shouldRenew(after: ResponseHead(status: 401, headers: []), of: sent))
    }

    @Test("is asked for again after a failure, which all who waited are told of")
    func failure() async throws {
        let endpoint = RecordingTokenEndpoint(pause: .milliseconds(50)) {
            $0 == 0
                ? .success((400, #"{"error":"invalid_client"}"#))
                : .success((200, #"{"access_token":"token","expires_in":3600}"#))
        }
        let authenticator = authenticator(endpoint)
        let act = try act()
        let codes = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do throws(ActFailure) {
                        _ = try await authenticator.authenticate(act, with: secrets)
                        return "none"
                    } catch {
                        return error.vendorCode
                    }
                }
            }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(codes == ["invalid_client"])
        #expect(await endpoint.requests.count == 1)
        let sent = try await authenticator.authenticate(act, with: secrets)
        #expect(sent.request.header("Authorization") == "Bearer token")
    }
}

@Suite("A cache of tokens", .timeLimit(.minutes(10)))
struct TokenCacheTests {
    private static func key(_ id: UInt64, revision: Int64 = 1) -> TokenCache.Key {
        TokenCache.Key(
            connection: PlannedAct.Connection(
                organization: Sample.organization,
                id: Identifier(high: 0, low: id),
                revision: revision
            ),
            fingerprint: []
        )
    }

    private static func token(expiry: Int64) -> MintedToken {
        MintedToken(
            content: .bearer(Secret(copying: "token".utf8)),
            issued: Timestamp(microseconds: 0),
            expiry: Timestamp(microseconds: expiry * 1_000_000)
        )
    }

    private static let start = Timestamp(microseconds: 0)

    @Test("lets go of what expires first when it is full")
    func bounded() async {
        let cache = TokenCache(countAtMost: 3)
        for (id, expiry) in [(1, 1000), (2, 500), (3, 2000), (4, 3000)] as [(UInt64, Int64)] {
            _ = await cache.token(for: Self.key(id), at: Self.start) { .success(Self.token(expiry: expiry)) }
        }
        #expect(await cache.count == 3)
        let kept = TestCounter()
        for id in [1, 3, 4] as [UInt64] {
            _ = await cache.token(for: Self.key(id), at: Self.start) {
                await kept.count()
                return .success(Self.token(expiry: 1000))
            }
        }
        #expect(await kept.value == 0)
        _ = await cache.token(for: Self.key(2), at: Self.start) {
            await kept.count()
            return .success(Self.token(expiry: 1000))
        }
        #expect(await kept.value == 1)
    }

    @Test("lets go of the tokens of earlier revisions of a connection")
    func revisions() async {
        let cache = TokenCache()
        for revision in 1...5 as ClosedRange<Int64> {
            _ = await cache.token(for: Self.key(1, revision: revision), at: Self.start) {
                .success(Self.token(expiry: 1000))
            }
        }
        #expect(await cache.count == 1)
        _ = await cache.token(for: Self.key(2), at: Self.start) { .success(Self.token(expiry: 1000)) }
        #expect(await cache.count == 2)
    }

    @Test("keeps no failure")
    func failures() async {
        let cache = TokenCache()
        let outcome = await cache.token(for: Self.key(1), at: Self.start) { .failure(ActFailure(.tokenRefused, "no")) }
        #expect(throws: ActFailure(.tokenRefused, "no")) { try outcome.get() }
        #expect(await cache.count == 0)
    }
}

actor TestCounter {
    private(set) var value = 0

    func count() { value += 1 }
}
