import Acting
import Connections
import Documents
import Egress
import Testing

@Suite("A request of an HTTP connection", .timeLimit(.minutes(10)))
struct PlaceholderTests {
    private static let authenticator = ActAuthenticator(
        endpoint: RecordingTokenEndpoint(500, ""),
        aws: AWSCredentialSource { _ in nil }
    )

    /// A connection with the tokens `one` and `two`.
    private static func connection(_ members: JSONValue, base: String = "https://api.example.com/v1")
        -> ActConnection.Stored
    {
        let tokens: JSONValue = [
            "tokens": [
                ["name": "one", "type": "SECRET", "value": ""], ["name": "a/b~é", "type": "SECRET", "value": ""],
            ]
        ]
        return Sample.connection(
            "HTTP",
            "HTTPTokenAuth",
            .object(members.members + tokens.members),
            integrationMembers: ["base_url": .string(base)]
        )
    }

    private static func send(
        _ members: JSONValue,
        _ request: ActRequest = Sample.request("GET", "/x"),
        one: String = "first",
        two: String = "second"
    ) async throws -> (plan: PlannedAct, sent: AuthenticatedAct) {
        let plan = try Sample.planner().plan(request, on: connection(members))
        var secrets = StoredSecrets(["tokens/one/value": one])
        secrets.values["integration/credentials/tokens/a~1b~0~c3~a9/value"] = two
        return (plan, try await authenticator.authenticate(plan, with: secrets))
    }

    @Test("has its tokens where headers name them, with blanks or without")
    func headers() async throws {
        let (plan, sent) = try await Self.send([
            "headers": [
                ["name": "Authorization", "value": "Bearer {{one}}"],
                ["name": "X-Both", "value": "{{ one }}:{{\ta/b~é  }}"],
                ["name": "X-Plain", "value": "{ {one} }}{"],
            ]
        ])
        #expect(
            sent.request.headerLines == [
                "Authorization: Bearer first", "X-Both: first:second", "X-Plain: { {one} }}{",
            ]
        )
        #expect(
            plan.masked.headers.map(\.value) == [
                "Bearer [keyway:redacted]", "[keyway:redacted]:[keyway:redacted]", "{ {one} }}{",
            ]
        )
        #expect(
            plan.neededSecrets == [
                "integration/credentials/tokens/one/value", "integration/credentials/tokens/a~1b~0~c3~a9/value",
            ]
        )
    }

    @Test("opens no token that nothing names")
    func unnamed() throws {
        let plan = try Sample.planner().plan(Sample.request(), on: Self.connection(.object([])))
        #expect(plan.neededSecrets.isEmpty)
    }

    @Test("lets no token come back, whether it was sent or not")
    func guarded() async throws {
        let (_, sent) = try await Self.send(["headers": [["name": "X-One", "value": "{{one}}"]]])
        #expect(Set(sent.secrets.map(\.text)) == ["first", "second"])
    }

    @Test("has its URL parameters after the caller's, which cannot send them twice")
    func parameters() async throws {
        let (plan, sent) = try await Self.send(
            ["url_parameters": [["name": "key", "value": "k {{one}}&"], ["name": "b c", "value": ""]]],
            Sample.request("GET", "/x", query: "a=1&key=forged&KEY=2"),
            one: "a b&c=d/é"
        )
        #expect(sent.request.url == "https://api.example.com/v1/x?a=1&key=k%20a%20b%26c%3Dd%2F%C3%A9%26&b%20c=")
        #expect(plan.masked.url == "https://api.example.com/v1/x?a=1&key=k%20[keyway:redacted]%26&b%20c=")
        #expect(plan.query == "a=1")
    }

    @Test(
        "has its tokens in the body, each escaped for where it stands",
        arguments: [
            ("application/json", #"{"token":"{{one}}"}"#, #"{"token":"a\"b\\c\u000Ad&é"}"#),
            ("application/vnd.api+json; charset=utf-8", #"["{{ one }}"]"#, #"["a\"b\\c\u000Ad&é"]"#),
            ("APPLICATION/X-WWW-FORM-URLENCODED", "a=b&t={{one}}", "a=b&t=a%22b%5Cc%0Ad%26%C3%A9"),
            ("text/plain", "<{{one}}>", "<a\"b\\c\nd&é>"),
        ]
    )
    func body(mediaType: String, content: String, expected: String) async throws {
        let members: JSONValue = ["body": ["content": .string(content), "content_type": .string(mediaType)]]
        let (plan, sent) = try await Self.send(members, Sample.request("POST", "/x"), one: "a\"b\\c\nd&é")
        #expect(sent.request.body?.text == expected)
        #expect(sent.request.headerLines == ["Content-Type: \(mediaType)"])
        #expect(plan.masked.body?.contains("[keyway:redacted]") == true)
    }

    @Test("has the caller's body where there is one, and none where the method has none")
    func callersBody() async throws {
        let members: JSONValue = ["body": ["content": "{{one}}", "content_type": "text/plain"]]
        let post = Sample.request("POST", "/x", headers: [("Content-Type", "text/html")], body: "{{one}}")
        let (plan, sent) = try await Self.send(members, post)
        #expect(sent.request.body?.text == "{{one}}")
        #expect(sent.request.headerLines == ["Content-Type: text/html"])
        #expect(plan.neededSecrets.isEmpty)
        for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
            #expect(try await Self.send(members, Sample.request(method, "/x")).sent.request.body == nil)
        }
        for method in ["PUT", "PATCH", "QUERY"] {
            #expect(try await Self.send(members, Sample.request(method, "/x")).sent.request.body?.text == "first")
        }
    }

    @Test("takes placeholders of the caller's for plain text, so that no token comes where the caller wants it")
    func callersPlaceholders() async throws {
        let request = Sample.request(
            "POST",
            "/{{one}}",
            query: "{{one}}={{one}}",
            headers: [("X-Echo", "{{ one }}")],
            body: "{{one}}"
        )
        let (_, sent) = try await Self.send(["headers": [["name": "X-Key", "value": "{{one}}"]]], request)
        #expect(sent.request.url == "https://api.example.com/v1/{{one}}?{{one}}={{one}}")
        #expect(sent.request.headerLines == ["X-Echo: {{ one }}", "X-Key: first"])
        #expect(sent.request.body?.text == "{{one}}")
    }

    @Test("has no placeholder in a token's value")
    func nested() async throws {
        let members: JSONValue = ["headers": [["name": "X-Key", "value": "{{one}}"]]]
        #expect(try await Self.send(members, one: "{{a/b~é}}").sent.request.headerLines == ["X-Key: {{a/b~é}}"])
    }

    @Test("has the connection's headers in the place of the caller's, and of those that look alike")
    func override() async throws {
        let request = Sample.request(
            "GET",
            "/x",
            headers: [("x_key", "forged"), ("X-KEY", "forged"), ("X-Other", "1")]
        )
        let (_, sent) = try await Self.send(["headers": [["name": "X-Key", "value": "{{one}}"]]], request)
        #expect(sent.request.headerLines == ["X-Other: 1", "X-Key: first"])
    }

    @Test("cannot have a header brought in by a token", arguments: ["a\r\nX-B: b", "a\nb", "a\0b"])
    func headerInjection(_ token: String) async throws {
        let error = await #expect(throws: ActFailure.self) {
            try await Self.send(["headers": [["name": "X-Key", "value": "{{one}}"]]], one: token)
        }
        #expect(error?.code == .secretUnusable)
        #expect(error?.detail.contains("tokens/one/value") == true)
    }

    @Test(
        "is refused where a placeholder names no token",
        arguments: [
            (["headers": [["name": "X-A", "value": "{{ three }}"]]], "three"),
            (["url_parameters": [["name": "a", "value": "{{One}}"]]], "One"),
            (["body": ["content": "{{ three}}"]], "three"),
            (["body": ["content": "{{ }}"]], "the body"),
            (["body": ["content": "{{ two words }}"]], "the body"),
        ] as [(JSONValue, String)]
    )
    func unknown(members: JSONValue, named name: String) throws {
        let error = #expect(throws: ActRefusal.self) {
            try Sample.planner().plan(Sample.request("POST", "/x"), on: Self.connection(members))
        }
        #expect(error?.code == .unknownPlaceholder)
        #expect(error?.detail.contains(name) == true)
    }

    @Test(
        "may not set the headers that are Keyway's to set",
        arguments: [
            "Host", "content-length", "Transfer_Encoding", "Connection", "TE", "Expect", "Accept-Encoding", "Range",
        ]
    )
    func forbiddenHeaders(_ name: String) {
        let members: JSONValue = ["headers": [["name": .string(name), "value": "x"]]]
        let refused = code { () throws(ActRefusal) in
            _ = try Sample.planner().plan(Sample.request(), on: Self.connection(members))
        }
        #expect(refused == .headerNotAllowed)
    }

    @Test("may set what a caller may not", arguments: ["Cookie", "DD-API-KEY", "X-Forwarded-For"])
    func allowedHeaders(_ name: String) async throws {
        let members: JSONValue = ["headers": [["name": .string(name), "value": "{{one}}"]]]
        #expect(try await Self.send(members).sent.request.headerLines == ["\(name): first"])
    }

    @Test("keeps to the connection's base URL, whatever host that is")
    func base() throws {
        for (base, url) in [
            ("http://127.0.0.1:9/a/", "http://127.0.0.1:9/a/x"), ("https://Example.com", "https://example.com/x"),
        ] {
            let plan = try Sample.planner().plan(
                Sample.request("GET", "/x"),
                on: Self.connection(.object([]), base: base)
            )
            #expect(plan.masked.url == url)
        }
    }
}
