import Cryptography
import Documents
import Secrets
import Testing

@testable import WorkloadIdentity

@Suite("A workload's token")
struct TokenTests {
    private func verify(_ token: String, keys: [UInt8] = TestingKeys.keySet()) async throws -> Workload {
        let source = FixedDocuments(keys: keys)
        let keys = IssuerKeys(source: source) { 0 }
        return try await keys.verify(
            try TestingKeys.parsed(token),
            of: try TestingKeys.tokenIssuer(),
            at: TestingKeys.time
        )
    }

    @Test("is taken when its issuer signed it for the organisation, by either algorithm")
    func good() async throws {
        #expect(try await verify(TestingKeys.token()).subject == "repo:acme@1/api@2:ref:refs/heads/main")
        #expect(try await verify(TestingKeys.ellipticToken).subject == "repo:acme@1/api@2:ref:refs/heads/main")
    }

    @Test("may end as a line of a file does", arguments: ["\n", "\r\n"])
    func lineEnd(_ end: String) async throws {
        #expect(try await verify(TestingKeys.token() + end).subject.isEmpty == false)
    }

    @Test("may name several audiences, the organisation's among them")
    func severalAudiences() async throws {
        let claims = TestingKeys.claims(["aud": ["https://other.example", .string(TestingKeys.audience)]])
        #expect(try await verify(TestingKeys.token(claims)).subject.isEmpty == false)
    }

    @Test("without a key id is verified by the only key of its algorithm, and by none if there are two")
    func noKeyID() async throws {
        let token = try TestingKeys.token(header: ["alg": "RS256"])
        #expect(try await verify(token).subject.isEmpty == false)
        var second = TestingKeys.rsaKey
        second["kid"] = "second"
        await #expect(throws: TokenRefusal.unknownKey) {
            try await verify(token, keys: TestingKeys.keySet([TestingKeys.rsaKey, second]))
        }
    }

    @Test(
        "is refused for its claims",
        arguments: [
            (["iss": "https://issuer.example/"], TokenRefusal.unknownIssuer),
            (["iss": nil], .unknownIssuer),
            (["aud": "keyway:00000000-0000-0000-0000-000000000009"], .unknownIssuer),
            (["aud": []], .unknownIssuer),
            (["aud": nil], .unknownIssuer),
            (["exp": 1_799_999_940], .expired),
            (["exp": nil], .missingClaim("exp")),
            (["exp": "1800000600"], .missingClaim("exp")),
            (["nbf": 1_800_000_061], .notYetValid),
            (["iat": 1_800_000_061], .notYetValid),
            (["iat": false], .missingClaim("iat")),
            (["sub": nil], .missingClaim("sub")),
            (["sub": ""], .missingClaim("sub")),
            (["sub": 7], .missingClaim("sub")),
        ] as [([String: JSONValue?], TokenRefusal)]
    )
    func refusedClaims(_ changes: [String: JSONValue?], _ refusal: TokenRefusal) async throws {
        let token = try TestingKeys.token(TestingKeys.claims(changes))
        await #expect(throws: refusal) { try await verify(token) }
    }

    @Test(
        "is taken within a minute of its times, for clocks differ",
        arguments: [
            ["exp": 1_799_999_941], ["nbf": 1_800_000_060], ["iat": 1_800_000_060], ["exp": .number(1_799_999_940.5)],
        ]
            as [[String: JSONValue?]]
    )
    func skew(_ changes: [String: JSONValue?]) async throws {
        #expect(try await verify(TestingKeys.token(TestingKeys.claims(changes))).subject.isEmpty == false)
    }

    private static let refusedHeaders: [(JSONValue, TokenRefusal)] = [
        (["alg": "none"], .unsupportedAlgorithm),
        (["alg": "None"], .unsupportedAlgorithm),
        (["alg": "HS256", "kid": "round"], .unsupportedAlgorithm),
        (["alg": "RS512", "kid": "round"], .unsupportedAlgorithm),
        (["alg": "PS256", "kid": "round"], .unsupportedAlgorithm),
        (["kid": "round"], .unsupportedAlgorithm),
        (["alg": "RS256", "kid": "round", "enc": "A256GCM"], .unsupportedAlgorithm),
        (["alg": "RS256", "kid": "round", "crit": ["exp"]], .unsupportedExtension),
        (["alg": "RS256", "kid": 7], .malformed),
        (["alg": "RS256", "kid": "another"], .unknownKey),
        // The key fixes the algorithm: this one is for RS256, and that one for ES256.
        (["alg": "ES256", "kid": "round"], .unknownKey),
        (["alg": "RS256", "kid": "elliptic"], .unknownKey),
        (["alg": "ES256"], .wrongSignature),
    ]

    @Test("is refused for its header", arguments: refusedHeaders)
    func refusedHeader(_ header: JSONValue, _ refusal: TokenRefusal) async throws {
        let token = try TestingKeys.token(header: header)
        await #expect(throws: refusal) { try await verify(token) }
    }

    @Test("brings no key of its own: those of its header are not looked at")
    func ownKey() async throws {
        let token = try TestingKeys.token(
            header: [
                "alg": "RS256", "kid": "mine", "jwk": TestingKeys.rsaKey, "jku": "https://evil.example/keys",
                "x5u": "https://evil.example/chain",
            ]
        )
        await #expect(throws: TokenRefusal.unknownKey) { try await verify(token) }
    }

    @Test("is refused when anything of it was changed")
    func changed() async throws {
        let token = try TestingKeys.token()
        let parts = token.split(separator: ".").map(String.init)
        let other = TestingKeys.base64(JSONWriter.bytes(of: TestingKeys.claims(["sub": "repo:evil@9/api@2:ref"])))
        let header = TestingKeys.base64(Array(#"{"kid":"round","alg":"RS256"}"#.utf8))
        for forged in [
            "\(parts[0]).\(other).\(parts[2])", "\(header).\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1]).",
        ] {
            await #expect(throws: TokenRefusal.wrongSignature) { try await verify(forged) }
        }
        await #expect(throws: TokenRefusal.wrongSignature) { try await verify(TestingKeys.ellipticTokenInDER) }
    }

    @Test(
        "is refused when it is none",
        arguments: [
            "", ".", "..", "a.b", "a.b.c", "e30.e30", "e30.e30.e30.e30", "bnVsbA.e30.e30", "e30.bnVsbA.e30",
            "e30=.e30.e30", "e3 0.e30.e30", "kwa_0000",
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: (any Error).self) { try TestingKeys.parsed(text) }
        #expect(throws: TokenRefusal.malformed) { try TestingKeys.parsed("x" + text + "x") }
    }

    @Test("is refused when it is encrypted, or longer than any")
    func unread() throws {
        #expect(throws: TokenRefusal.unsupportedAlgorithm) { try TestingKeys.parsed("e30.e30.e30.e30.e30") }
        let long = try TestingKeys.token(TestingKeys.claims(["more": .string(String(repeating: "x", count: 16_384))]))
        #expect(throws: TokenRefusal.malformed) { try TestingKeys.parsed(long) }
    }

    @Test("is verified by no key that is short, for another use or algorithm, or on another curve")
    func unusableKeys() async throws {
        let changes: [[String: JSONValue]] = [
            ["n": TestingKeys.shortModulus], ["use": "enc"], ["use": 1], ["key_ops": ["sign"]], ["key_ops": "verify"],
            ["alg": "RS512"], ["alg": "HS256"], ["kty": "oct"], ["e": "AQ"], ["e": "Ag"], ["e": ""], ["n": ""],
        ]
        let token = try TestingKeys.token()
        for change in changes {
            var key = TestingKeys.rsaKey
            for (name, value) in change { key[name] = value }
            await #expect(throws: TokenRefusal.unknownKey, "\(change.keys)") {
                try await verify(token, keys: TestingKeys.keySet([key, TestingKeys.ellipticKey]))
            }
        }
        let elliptic: [[String: JSONValue]] = [
            ["crv": "P-384"], ["y": TestingKeys.x], ["x": "AA"], ["crv": .null], ["alg": "ES512"],
        ]
        for change in elliptic {
            var key = TestingKeys.ellipticKey
            for (name, value) in change { key[name] = value }
            await #expect(throws: TokenRefusal.unknownKey, "\(change.keys)") {
                try await verify(TestingKeys.ellipticToken, keys: TestingKeys.keySet([key, TestingKeys.rsaKey]))
            }
        }
    }
}

extension JSONValue {
    fileprivate subscript(setting name: String) -> JSONValue? { self[name] }

    fileprivate subscript(_ name: String) -> JSONValue? {
        get { self[setting: name] }
        set {
            guard case .object(var members) = self else { return }
            members.removeAll { $0.name == name }
            if let newValue { members.append(.init(JSONText(name), newValue)) }
            self = .object(members)
        }
    }
}

/// An issuer's documents, always the same, counted.
actor FixedDocuments: IssuerDocuments {
    var keys: [UInt8]
    var fails = false
    private(set) var count = 0
    private let delay: Duration

    init(keys: [UInt8], delay: Duration = .zero) {
        self.keys = keys
        self.delay = delay
    }

    func set(keys: [UInt8]) { self.keys = keys }
    func set(fails: Bool) { self.fails = fails }

    func document(at url: String, atMost _: Int) async -> Result<SecretBuffer, IssuerFailure> {
        if url.hasSuffix("/.well-known/openid-configuration") {
            count += 1
            if delay > .zero { try? await Task.sleep(for: delay) }
            guard !fails else { return .failure(.status(500)) }
            let configuration: JSONValue = [
                "issuer": .string(TestingKeys.issuer), "jwks_uri": "https://issuer.example/keys",
            ]
            return .success(buffer(JSONWriter.bytes(of: configuration)))
        }
        return .success(buffer(keys))
    }

    private nonisolated func buffer(_ bytes: [UInt8]) -> SecretBuffer {
        bytes.withUnsafeBytes { SecretBuffer(copying: $0) }
    }
}
