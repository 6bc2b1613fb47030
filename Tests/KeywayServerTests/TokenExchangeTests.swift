import Access
import Cryptography
import Documents
import HTTPServer
import KeywayServer
import SQLiteStorage
import Secrets
import Testing
import UpstreamTesting

@Suite("A workload's token")
struct TokenExchangeTests {
    private static let path = "/api/v2/token"
    private static let issuers = "/api/v2/actions/token_issuers"
    private static let form = [(name: "Content-Type", value: "application/x-www-form-urlencoded")]

    private let fixture: Fixture
    private let upstream: RunningUpstream
    private let account: Keys
    private let issuer: String

    init() async throws {
        fixture = try await Fixture()
        upstream = try Self.keyServer()
        account = try await fixture.member([.standard], isServiceAccount: true)
        issuer = try await Self.create(in: fixture, at: upstream, as: fixture.admin, for: account)
    }

    /// An issuer that publishes its configuration and its key.
    private static func keyServer() throws -> RunningUpstream {
        try RunningUpstream { request in
            let url = "http://\(request.header("Host") ?? "")"
            let isConfiguration = request.rawPath == "/.well-known/openid-configuration"
            let key: JSONValue = ["kty": "RSA", "kid": "1", "n": .string(PrivateKey.modulus), "e": "AQAB"]
            let body: JSONValue =
                isConfiguration
                ? ["issuer": .string(url), "jwks_uri": .string("\(url)/keys")] : ["keys": .array([key])]
            return Response(status: 200, headers: [], body: JSONWriter.bytes(of: body))
        }
    }

    private static func create(
        in fixture: Fixture,
        at upstream: RunningUpstream,
        as keys: Keys,
        for account: Keys,
        _ members: String = ""
    ) async throws -> String {
        let body = #"""
            {"data":{"type":"token_issuers","attributes":{"issuer":"\#(upstream.url)","mappings":[
            {"service_account_id":"\#(account.user)","claims":[{"claim":"sub","value":"repo:acme/*"}]\#(members)}]}}}
            """#
        let created = try await fixture.send(.post, issuers, as: keys, body: body)
        try #require(created.status == 201, "\(created.text)")
        return created.id
    }

    private func token(_ changes: [String: JSONValue] = [:], audience: String? = nil) throws -> String {
        let now = Timestamp.now.microseconds / 1_000_000
        var claims: [String: JSONValue] = [
            "iss": .string(upstream.url), "aud": .string(audience ?? "keyway:\(fixture.organization)"),
            "sub": "repo:acme/api", "iat": .integer(now), "exp": .integer(now + 300),
        ]
        for (name, value) in changes { claims[name] = value }
        let members = claims.sorted { $0.key < $1.key }.map { JSONValue.Member(JSONText($0.key), $0.value) }
        let header = Self.base64(Array(#"{"alg":"RS256","kid":"1"}"#.utf8))
        let text = "\(header).\(Self.base64(JSONWriter.bytes(of: .object(members))))"
        let key = try RSASigningKey(pem: Secret(copying: PrivateKey.pem.utf8))
        return "\(text).\(Self.base64(try Array(text.utf8).withUnsafeBytes { try key.sign($0) }))"
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = bytes.withUnsafeBytes { Base64.encode($0, .urlSafe) }
        return withExtendedLifetime(digits) { String(decoding: digits.bytes, as: UTF8.self) }
    }

    private func exchange(
        _ token: String,
        _ more: String = "",
        headers: [(name: String, value: String)] = form,
        from address: String = "192.0.2.1"
    ) async throws -> Answer {
        let body =
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
            + "&subject_token_type=urn:ietf:params:oauth:token-type:jwt&subject_token=\(token)\(more)"
        return try await fixture.send(.post, Self.path, body: body, headers: headers, from: address)
    }

    @Test("is exchanged for one of its service account, which lives for minutes")
    func exchanged() async throws {
        let answer = try await exchange(token())
        try #require(answer.status == 200, "\(answer.text)")
        #expect(answer.json["token_type"]?.text?.string == "Bearer")
        #expect(answer.json["expires_in"]?.wholeNumber == 900)
        #expect(
            answer.json["issued_token_type"]?.text?.string == "urn:ietf:params:oauth:token-type:access_token"
        )
        #expect(answer.header("Cache-Control") == "no-store")
        let scope = answer.json["scope"]?.text?.string.split(separator: " ").map(String.init)
        #expect(scope == Role.standard.permissions.members.map(\.rawValue))
        let bearer = [(name: "Authorization", value: "Bearer \(answer.json["access_token"]?.text?.string ?? "")")]
        let user = try await fixture.send(.get, "/api/v2/current_user", headers: bearer)
        #expect(user.json["data"]?["id"]?.text?.string == account.user.description)
        #expect(try await fixture.send(.get, Paths.connections, headers: bearer).status == 200)
        #expect(try await fixture.send(.get, "/api/v2/api_keys", headers: bearer).status == 403)
    }

    @Test("is exchanged as often as it is sent, while it is good")
    func again() async throws {
        let token = try token()
        var tokens: Set<String> = []
        for _ in 0..<3 { tokens.insert(try await exchange(token).json["access_token"]?.text?.string ?? "") }
        #expect(tokens.count == 3)
        #expect(upstream.received.count == 2, "its keys are asked for once")
    }

    @Test("may end as a line of a file does, and say what else RFC 8693 lets it say")
    func polite() async throws {
        let more =
            "%0A&requested_token_type=urn:ietf:params:oauth:token-type:access_token"
            + "&audience=keyway:\(fixture.organization)&scope=https://www.googleapis.com/auth/cloud-platform&options="
        #expect(try await exchange(token(), more).status == 200)
    }

    @Test("leaves an event that names issuer, subject and account, and no token")
    func audited() async throws {
        let token = try token()
        let answer = try await exchange(token)
        let event = try #require(try fixture.events().last)
        #expect(event["action"]?.text?.string == "access_token.delegate")
        #expect(event["details"]?["token_issuer_id"]?.text?.string == issuer)
        #expect(event["actor"]?["user_id"]?.text?.string == account.user.description)
        #expect(event["details"]?["issuer"]?.text?.string == upstream.url)
        #expect(event["details"]?["sub"]?.text?.string == "repo:acme/api")
        #expect(event["details"]?["owner_id"]?.text?.string == account.user.description)
        #expect(event["request_id"]?.text?.string == answer.requestID)
        let line = String(decoding: JSONWriter.bytes(of: event), as: UTF8.self)
        for secret in [token, answer.json["access_token"]?.text?.string ?? token] {
            #expect(!line.contains(secret))
        }
    }

    @Test("is narrowed by the scopes that are asked for, and by those of its mapping")
    func scopes() async throws {
        let answer = try await exchange(token(), "&scope=connections_read+audit_logs_read")
        #expect(answer.json["scope"]?.text?.string == "connections_read")
        #expect(try await fixture.send(.delete, "\(Self.issuers)/\(issuer)", as: fixture.admin).status == 204)
        _ = try await Self.create(
            in: fixture,
            at: upstream,
            as: fixture.admin,
            for: account,
            #","scopes":["connections_resolve"],"lifetime":60"#
        )
        let narrow = try await exchange(token())
        #expect(narrow.json["scope"]?.text?.string == "connections_resolve")
        #expect(narrow.json["expires_in"]?.wholeNumber == 60)
        for scope in ["connections_read", "nonsense"] {
            let refused = try await exchange(token(), "&scope=\(scope)")
            #expect(refused.status == 400)
            #expect(refused.json["error"]?.text?.string == "invalid_scope")
        }
    }

    @Test("is refused in the words of RFC 6749, without a value of it")
    func refused() async throws {
        let now = Timestamp.now.microseconds / 1_000_000
        let other = "00000000-0000-0000-0000-000000000001"
        let stranger = try await fixture.stranger()
        let strangers = try #require(try fixture.sqlite.organizations().last?.id)
        #expect(strangers != fixture.organization && stranger.user != account.user)
        let cases: [(String, String)] = [
            ("nonsense", "invalid_request"),
            (try token(["exp": .integer(now - 120)]), "invalid_request"),
            (try token(["nbf": .integer(now + 120)]), "invalid_request"),
            (try token(["iss": "https://elsewhere.example"]), "invalid_request"),
            (try token(audience: "keyway:\(other)"), "invalid_request"),
            // An organisation that is there, and has no such issuer.
            (try token(audience: "keyway:\(strangers)"), "invalid_request"),
            (try token(audience: "keyway"), "invalid_request"),
            (try String(token().dropLast(8)), "invalid_request"),
            (try token(["sub": "repo:evil/api"]), "invalid_target"),
        ]
        for (token, code) in cases {
            let answer = try await exchange(token)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?.text?.string == code, "\(answer.text)")
            #expect(answer.json["error_description"]?.text?.isEmpty == false)
            #expect(!answer.text.contains("evil") && !answer.text.contains("elsewhere"))
        }
        let before = try fixture.events().count
        _ = try await exchange("nonsense")
        #expect(try fixture.events().count == before)
    }

    @Test("comes in a form of RFC 8693, and in nothing else")
    func form() async throws {
        let token = try token()
        for (more, code) in [
            ("&subject_token=\(token)", "invalid_request"), ("&actor_token=x", "invalid_request"),
            ("&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token", "invalid_request"),
            ("&audience=somebody", "invalid_target"), ("&x=%zz", "invalid_request"),
            ("&grant_type=password", "invalid_request"),
        ] {
            let answer = try await exchange(token, more)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?.text?.string == code, "\(more)")
        }
        #expect(try await exchange(token, headers: [("Content-Type", "application/json")]).status == 400)
        #expect(try await exchange(token, headers: []).status == 400)
        let others = [
            "", "grant_type=client_credentials", "grant_type=urn:ietf:params:oauth:grant-type:token-exchange",
        ]
        for (body, code) in zip(others, ["invalid_request", "unsupported_grant_type", "invalid_request"]) {
            let answer = try await fixture.send(.post, Self.path, body: body, headers: Self.form)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?.text?.string == code)
        }
    }

    @Test("is exchanged no longer when its issuer is deleted or its account disabled")
    func ended() async throws {
        let token = try token()
        let answer = try await exchange(token)
        let bearer = [(name: "Authorization", value: "Bearer \(answer.json["access_token"]?.text?.string ?? "")")]
        #expect(try await fixture.send(.get, "/api/v2/current_user", headers: bearer).status == 200)
        #expect(try await fixture.send(.delete, "/api/v2/users/\(account.user)", as: fixture.admin).status == 204)
        #expect(try await exchange(token).json["error"]?.text?.string == "invalid_target")
        #expect(try await fixture.send(.get, "/api/v2/current_user", headers: bearer).status == 403)
        #expect(try await fixture.send(.delete, "\(Self.issuers)/\(issuer)", as: fixture.admin).status == 204)
        #expect(try await exchange(token).json["error"]?.text?.string == "invalid_request")
    }

    @Test("that is refused counts as wrong keys do; one that is taken does not, nor does an issuer that fails")
    func brake() async throws {
        func failures() async throws -> Int {
            let metrics = try await fixture.send(.get, "/metrics", from: "127.0.0.1").text
            let line = metrics.split(separator: "\n").first { $0.hasPrefix("keyway_authentication_failures_total") }
            return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        }
        let before = try await failures()
        _ = try await exchange(token())
        #expect(try await failures() == before)
        _ = try await exchange("nonsense")
        #expect(try await failures() == before + 1)
        let silent = try RunningUpstream { _ in Response(status: 500) }
        _ = try await Self.create(in: fixture, at: silent, as: fixture.admin, for: account)
        let answer = try await exchange(token(["iss": .string(silent.url)]))
        #expect(answer.status == 503)
        #expect(answer.json["error"]?.text?.string == "temporarily_unavailable")
        #expect(try await failures() == before + 1)
    }

    @Test("is taken for one organisation of two that share an issuer, by its audience")
    func shared() async throws {
        let stranger = try await fixture.stranger()
        let organization = try #require(try fixture.sqlite.organizations().last?.id)
        let theirs = try await fixture.member([.readOnly], isServiceAccount: true, of: organization)
        _ = try await Self.create(in: fixture, at: upstream, as: stranger, for: theirs)
        for (audience, user) in [(fixture.organization, account.user), (organization, theirs.user)] {
            let answer = try await exchange(token(audience: "keyway:\(audience)"))
            let bearer = [(name: "Authorization", value: "Bearer \(answer.json["access_token"]?.text?.string ?? "")")]
            let current = try await fixture.send(.get, "/api/v2/current_user", headers: bearer)
            #expect(current.json["data"]?["id"]?.text?.string == user.description)
        }
    }
}
