import Acting
import Connections
import Documents
import Egress
import Testing

@Suite("A caller's request", .timeLimit(.minutes(10)))
struct RequestGuardTests {
    private static func refusal(_ request: ActRequest) -> ActRefusal.Code? {
        code { () throws(ActRefusal) in _ = try Sample.planner().plan(request, on: Sample.openAI()) }
    }

    @Test(
        "cannot climb out of the base URL, however its path is written",
        arguments: [
            "/..", "/../", "/../x", "/a/../b", "/a/..", "/.", "/./x", "/a/.", "/%2e%2e/x", "/%2E%2E/x", "/.%2e/x",
            "/%2e/x", "/a%2f..%2fb", "/a%2F%2e%2e", "/a%5c..%5cb", "/%5c", "/a\\b", "/%252e%252e/x",
            "/%25252e%25252e/x",
            "/a%252f..", "/..;/x", "/..;a=b/x", "/%2e%2e;/x", "/..%3b/x", "/.;/x", "//evil.example/x",
            "/%2fevil.example",
            "/%2Fx", "/%5cevil.example", "/%252fevil.example", "/a%00b", "/a%0ab", "/a%0d%0aX: y", "/a%7f", "/a\tb",
            "/a\r\nX: y", "/a b", "/a#b", "/a?b", "/é", "/%c0%ae%c0%ae/x", "/a%", "/a%2", "/a%zz", "x", "x/y",
            "https://evil.example/", "@evil.example/", ":8443/", ".evil.example/", "?x", "\\",
        ]
    )
    func pathEscapes(_ path: String) {
        #expect(Self.refusal(Sample.request("GET", path)) == .pathNotAllowed)
    }

    @Test(
        "has its path sent byte for byte where it does no harm",
        arguments: [
            "", "/", "/a", "/a/", "/a//b", "/a/%2F/b", "/a%20b", "/a+b", "/.../x", "/..a", "/a..", "/.well-known/x",
            "/a;b=c", "/https://evil.example/", "/@evil.example", "/a%25b", "/100%25", "/%E2%82%AC", "/a:b", "/a%3Fb",
            "/~x", "/a'b", "/a{b}", "/%2Ehidden", "/a%23b",
        ]
    )
    func harmlessPaths(_ path: String) throws {
        let act = try Sample.planner().plan(Sample.request("GET", path), on: Sample.openAI())
        #expect(act.origin == "https://api.openai.com")
        #expect(act.path == (path.isEmpty ? "/" : path))
        let asana = Sample.connection("Asana", "AsanaAccessToken", ["access_token": ""])
        let below = try Sample.planner().plan(Sample.request("GET", path), on: asana)
        #expect(below.path == "/api/1.0" + path)
    }

    @Test(
        "may hold no character in its query that a target may not",
        arguments: ["a b", "a\nb", "a#b", "é", "a\0", "\r"]
    )
    func malformedQuery(_ query: String) {
        #expect(Self.refusal(Sample.request("GET", "/", query: query)) == .queryNotAllowed)
    }

    @Test(
        "needs a method that is a word, and goes through",
        arguments: ["", "GET /", "CONNECT", "TRACE", "trace", "G\nT", "É"]
    )
    func malformedMethod(_ method: String) {
        #expect(Self.refusal(Sample.request(method, "/")) == .methodNotAllowed)
    }

    @Test(
        "cannot bring a header in by another",
        arguments: [
            ("X-A", "a\r\nX-B: b"), ("X-A", "a\nb"), ("X-A", "a\0b"), ("X-A: b\r\nX-C", "a"), ("", "a"), ("X A", "a"),
        ]
    )
    func headerInjection(name: String, value: String) {
        #expect(Self.refusal(Sample.request("GET", "/", headers: [(name, value)])) == .headerNotAllowed)
    }

    @Test(
        "keeps to itself what is of the hop, of the caller and for Keyway",
        arguments: [
            "Connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
            "Upgrade", "Host", "Content-Length", "Expect", "DD-API-KEY", "DD-APPLICATION-KEY", "Keyway-Dry-Run",
            "Cookie",
            "Range", "If-Range", "Accept-Encoding", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP",
            "Via", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override", "Authorization", "X-Original-URL",
            "X-HTTP-Host-Override", "X-Host",
        ]
    )
    func keptHeaders(_ name: String) throws {
        let spellings = [
            name, name.lowercased(), name.uppercased(), String(name.map { $0 == "-" ? "_" : $0 }),
            String(name.map { $0 == "-" ? "." : $0 }), name + "_", "_" + name, name + "-",
        ]
        for spelling in spellings {
            let request = Sample.request("GET", "/", headers: [(spelling, "x"), ("Accept", "y")])
            let act = try Sample.planner().plan(request, on: Sample.openAI())
            #expect(act.masked.headers.map(\.name) == ["Accept", "Authorization"], "\(spelling)")
        }
    }

    @Test("keeps to itself what its Connection header names")
    func connectionHeader() throws {
        let request = Sample.request(
            "GET",
            "/",
            headers: [("Connection", "close, X-Hop ,\tX_Other"), ("x-hop", "1"), ("X-Other", "2"), ("X-End", "3")]
        )
        let act = try Sample.planner().plan(request, on: Sample.openAI())
        #expect(act.masked.headers.map(\.name) == ["X-End", "Authorization"])
    }

    private static let keyed = ActPlanner(
        catalogue: [
            Integration(
                type: "Example",
                title: "Example",
                baseURL: .fixed("https://api.example.com"),
                credentials: [
                    CredentialType(
                        "ExampleKey",
                        help: "Key",
                        [.secret("api_key", "Key")],
                        authentication: .placed([.query("key", "{api_key}"), .noQuery("access_token")]),
                        probe: .get("/me")
                    )
                ]
            )
        ],
        endpoints: AWSEndpoints { _ in nil }
    )

    @Test(
        "may set nothing off by a semicolon that the connection sets",
        arguments: [
            "filter=state:open;key=7", "a=1&b=2;key", "key=a;b=c", ";key=1", "a;KEY=1", "a;%6bey=1", "a;+key=1",
            "x;access_token=1", "a;key%00b=1", "a;;key=1;",
        ]
    )
    func semicolons(_ query: String) {
        let connection = Sample.connection("Example", "ExampleKey", ["api_key": ""])
        for method in ["GET", "DELETE"] {
            let code = code { () throws(ActRefusal) in
                _ = try Self.keyed.plan(Sample.request(method, "/", query: query), on: connection)
            }
            #expect(code == .queryNotAllowed)
        }
    }

    @Test(
        "has all other semicolons sent as they came",
        arguments: ["a=1;b=2", ";", "a;keys=1", "a=x%3Bkey=1", "b=key;c"]
    )
    func harmlessSemicolons(_ query: String) throws {
        let connection = Sample.connection("Example", "ExampleKey", ["api_key": ""])
        let act = try Self.keyed.plan(Sample.request("GET", "/", query: query + "&key=1"), on: connection)
        #expect(act.masked.url == "https://api.example.com/?\(query)&key=[keyway:redacted]")
    }

    @Test("is refused in words that quote nothing of it")
    func wording() throws {
        for request in [
            Sample.request("GET", "/marker/../x"), Sample.request("GET", "/", query: "marker #"),
            Sample.request("MARKER!", "/"), Sample.request("GET", "/", headers: [("X-A", "marker\n")]),
        ] {
            let error = #expect(throws: ActRefusal.self) { try Sample.planner().plan(request, on: Sample.openAI()) }
            #expect(error?.detail.lowercased().contains("marker") == false)
        }
    }
}

@Suite("A stored secret", .timeLimit(.minutes(10)))
struct StoredSecretTests {
    private static let authenticator = ActAuthenticator(
        endpoint: RecordingTokenEndpoint(500, ""),
        aws: AWSCredentialSource { _ in nil }
    )

    @Test(
        "cannot bring a header in, and is named by its address where it would",
        arguments: ["a\r\nX-B: b", "a\nb", "line\n", "a\0b", "a\u{1}b", "a\u{7f}"]
    )
    func headerInjection(_ secret: String) async throws {
        let act = try Sample.planner().plan(Sample.request(), on: Sample.openAI())
        let error = await #expect(throws: ActFailure.self) {
            try await Self.authenticator.authenticate(act, with: StoredSecrets(["api_token": secret]))
        }
        #expect(error?.code == .secretUnusable)
        #expect(error?.detail.contains("integration/credentials/api_token") == true)
        #expect(error?.detail.contains(secret) == false)
    }

    @Test("that is not there is named by its address")
    func missing() async throws {
        let act = try Sample.planner().plan(Sample.request(), on: Sample.openAI())
        #expect(act.neededSecrets == ["integration/credentials/api_token"])
        let error = await #expect(throws: ActFailure.self) {
            try await Self.authenticator.authenticate(act, with: StoredSecrets([:]))
        }
        #expect(error?.code == .secretMissing)
        #expect(error?.detail.contains("integration/credentials/api_token") == true)
    }

    @Test("cannot end a user name in basic authentication")
    func colon() async throws {
        let connection = Sample.connection(
            "Freshservice",
            "FreshserviceAPIKey",
            ["api_key": "", "domain": "acme.freshservice.com"]
        )
        let act = try Sample.planner().plan(Sample.request(), on: connection)
        let error = await #expect(throws: ActFailure.self) {
            try await Self.authenticator.authenticate(act, with: StoredSecrets(["api_key": "user:pass"]))
        }
        #expect(error?.code == .secretUnusable)
    }

    @Test("in a query parameter is written so that it stays one value, and the caller's own is left out")
    func query() async throws {
        let integration = Integration(
            type: "Example",
            title: "Example",
            baseURL: .fixed("https://api.example.com/v1"),
            credentials: [
                CredentialType(
                    "ExampleKey",
                    help: "Key",
                    [.secret("api_key", "Key")],
                    authentication: .placed([.query("api key", "{api_key}")]),
                    probe: .get("/me")
                )
            ]
        )
        let planner = ActPlanner(catalogue: [integration], endpoints: AWSEndpoints { _ in nil })
        let connection = Sample.connection("Example", "ExampleKey", ["api_key": ""])
        let request = Sample.request("GET", "/x", query: "a=1&API%20KEY=2&api+key=3")
        let act = try planner.plan(request, on: connection)
        #expect(act.masked.url == "https://api.example.com/v1/x?a=1&api%20key=[keyway:redacted]")
        let sent = try await Self.authenticator.authenticate(act, with: StoredSecrets(["api_key": "a&b=c#\n%é"]))
        #expect(sent.request.url == "https://api.example.com/v1/x?a=1&api%20key=a%26b%3Dc%23%0A%25%C3%A9")
    }
}
