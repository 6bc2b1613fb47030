import Documents
import Secrets
import Synchronization
import Testing

@testable import WorkloadIdentity

@Suite("The keys of an issuer")
struct IssuerKeysTests {
    /// A clock that is set by hand, in seconds.
    private final class Clock: Sendable {
        private let seconds = Mutex<UInt64>(1_000)
        var nanoseconds: UInt64 { seconds.withLock { $0 * 1_000_000_000 } }
        func advance(by more: UInt64) { seconds.withLock { $0 += more } }
    }

    private let clock = Clock()

    private func keys(of source: FixedDocuments) -> IssuerKeys {
        IssuerKeys(source: source) { [clock] in clock.nanoseconds }
    }

    private func verify(_ token: String, by keys: IssuerKeys) async throws {
        _ = try await keys.verify(
            try TestingKeys.parsed(token),
            of: try TestingKeys.tokenIssuer(),
            at: TestingKeys.time
        )
    }

    @Test("are asked for once, however many tokens come at once")
    func stampede() async throws {
        let source = FixedDocuments(keys: TestingKeys.keySet(), delay: .milliseconds(50))
        let keys = keys(of: source)
        let token = try TestingKeys.token()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { try await verify(token, by: keys) } }
            try await group.waitForAll()
        }
        #expect(await source.count == 1)
    }

    @Test("are kept a quarter of an hour, and asked for again then")
    func freshness() async throws {
        let source = FixedDocuments(keys: TestingKeys.keySet())
        let keys = keys(of: source)
        let token = try TestingKeys.token()
        for _ in 0..<3 { try await verify(token, by: keys) }
        clock.advance(by: 899)
        try await verify(token, by: keys)
        #expect(await source.count == 1)
        clock.advance(by: 1)
        try await verify(token, by: keys)
        #expect(await source.count == 2)
    }

    @Test("that were taken back are good no longer once they were asked for")
    func withdrawn() async throws {
        let source = FixedDocuments(keys: TestingKeys.keySet())
        let keys = keys(of: source)
        let token = try TestingKeys.token()
        try await verify(token, by: keys)
        await source.set(keys: TestingKeys.keySet([TestingKeys.ellipticKey]))
        clock.advance(by: 900)
        await #expect(throws: TokenRefusal.unknownKey) { try await verify(token, by: keys) }
    }

    @Test("are asked for again for an unknown one, at most once a minute")
    func rotation() async throws {
        let source = FixedDocuments(keys: TestingKeys.keySet([TestingKeys.rsaKey]))
        let keys = keys(of: source)
        try await verify(TestingKeys.token(), by: keys)
        await source.set(keys: TestingKeys.keySet())
        clock.advance(by: 59)
        for _ in 0..<3 {
            await #expect(throws: TokenRefusal.unknownKey) { try await verify(TestingKeys.ellipticToken, by: keys) }
        }
        #expect(await source.count == 1)
        clock.advance(by: 1)
        try await verify(TestingKeys.ellipticToken, by: keys)
        #expect(await source.count == 2)
        let unknown = try TestingKeys.token(header: ["alg": "RS256", "kid": "third"])
        for _ in 0..<3 {
            await #expect(throws: TokenRefusal.unknownKey) { try await verify(unknown, by: keys) }
        }
        #expect(await source.count == 2)
    }

    @Test("are used for four hours while their issuer fails, and no longer")
    func outage() async throws {
        let source = FixedDocuments(keys: TestingKeys.keySet())
        let keys = keys(of: source)
        let token = try TestingKeys.token()
        try await verify(token, by: keys)
        await source.set(fails: true)
        clock.advance(by: 4 * 3_600 - 1)
        try await verify(token, by: keys)
        try await verify(token, by: keys)
        #expect(await source.count == 2)
        clock.advance(by: 1)
        await #expect(throws: TokenRefusal.issuerUnavailable(.status(500))) { try await verify(token, by: keys) }
    }

    @Test("are not asked for again at once when their issuer fails")
    func failure() async throws {
        let source = FixedDocuments(keys: TestingKeys.keySet())
        await source.set(fails: true)
        let keys = keys(of: source)
        let token = try TestingKeys.token()
        for _ in 0..<3 {
            await #expect(throws: TokenRefusal.issuerUnavailable(.status(500))) { try await verify(token, by: keys) }
        }
        #expect(await source.count == 1)
        await source.set(fails: false)
        clock.advance(by: 10)
        try await verify(token, by: keys)
    }

    @Test(
        "are none where there are too many, or no usable one",
        arguments: [[], ["keys": []], ["keys": [[:]]], "keys"] as [JSONValue]
    )
    func noKeys(_ document: JSONValue) {
        #expect(throws: IssuerFailure.malformedKeys) { try read(document) }
    }

    @Test("are refused beyond a hundred")
    func tooMany() throws {
        _ = try read(["keys": .array(Array(repeating: TestingKeys.rsaKey, count: 100))])
        #expect(throws: IssuerFailure.malformedKeys) {
            try read(["keys": .array(Array(repeating: TestingKeys.rsaKey, count: 101))])
        }
    }

    private func read(_ document: JSONValue) throws -> KeySet {
        let buffer = JSONWriter.bytes(of: document).withUnsafeBytes { SecretBuffer(copying: $0) }
        return try KeySet(parsing: buffer)
    }
}
