import Access
import Documents
import HTTPServer
import KeywayServer
import Storage
import Testing
import UpstreamTesting

/// A service, an upstream, and a connection that leads there.
struct ActingFixture {
    let fixture: Fixture
    let upstream: RunningUpstream
    let id: String

    init(
        _ body: String = Bodies.openAI(),
        settings: String = "",
        _ answer: @escaping @Sendable (Request) -> Response = { _ in Response(status: 200, body: Array("{}".utf8)) }
    ) async throws {
        fixture = try await Fixture()
        upstream = try RunningUpstream(answer)
        id = try await fixture.createActing(body, at: upstream, settings)
    }

    /// Acts, as the admin if nobody else is named.
    func act(
        _ method: HTTPMethod = .get,
        _ target: String = "/",
        as keys: Keys? = nil,
        body: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        try await fixture.send(
            method,
            Paths.act(id, target),
            as: keys ?? fixture.admin,
            body: body,
            headers: headers
        )
    }

    /// Replaces the settings, except where the connection leads.
    func set(_ members: String) async throws {
        let body = Bodies.settings(#""base_url":"\#(upstream.url)","custom_domain":true,\#(members)"#)
        let answer = try await fixture.send(.put, Paths.settings(id), body: body)
        try #require(answer.status == 200, "\(answer.text)")
    }

    /// The audit events of acts and tests.
    func events() throws -> [JSONValue] {
        try fixture.events().filter { ["connection.act", "connection.test"].contains($0["action"]) }
    }
}

extension Answer {
    /// The code of an error of Keyway's own.
    var keywayError: String? { header("Keyway-Error") }
}

@Suite("An act")
struct ActTests {
    @Test("sends the caller's method, target and body, byte for byte")
    func isSent() async throws {
        let acting = try await ActingFixture()
        let target = "/v1/a%2Fb/c;d/%E2%82%AC?x=1&y=%20&x=2&=&z"
        let answer = try await acting.act(.post, target, body: #"{"model":"m"}"#)
        #expect(answer.status == 200)
        let received = try #require(acting.upstream.received.first)
        #expect(received.method == "POST")
        #expect(received.target == target)
        #expect(received.body == #"{"model":"m"}"#)
        #expect(acting.upstream.received.count == 1)
    }

    @Test(
        "joins its path to the base URL's, be it empty or a slash",
        arguments: [("", "/v1"), ("/", "/v1/"), ("/a/", "/v1/a/")]
    )
    func paths(_ path: String, _ sent: String) async throws {
        let fixture = try await Fixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url + "/v1"))
        let answer = try await fixture.send(.get, Paths.act(id, path), as: fixture.admin)
        #expect(answer.status == 200)
        #expect(upstream.received.map(\.target) == [sent])
    }

    @Test("brings the connection's credentials, and leaves behind what is between caller and Keyway")
    func headers() async throws {
        let acting = try await ActingFixture()
        let dropped = [
            "Authorization", "Cookie", "Range", "Accept-Encoding", "X-Forwarded-For", "Via", "Keyway-Anything", "TE",
            "X-HTTP-Method-Override", "DD-Anything",
        ]
        _ = try await acting.act(
            headers: dropped.map { ($0, "callers") } + [("X-Kept", "a"), ("Connection", "X-Hop"), ("X-Hop", "callers")]
        )
        let received = try #require(acting.upstream.received.first)
        #expect(received["Authorization"]?.elementsEqual("Bearer \(Bodies.marker)") == true)
        #expect(received["X-Kept"] == "a")
        #expect(!received.headers.contains { $0.value == "callers" })
        for key in [acting.fixture.admin.api, acting.fixture.admin.application] {
            #expect(!received.headers.contains { $0.value.contains(key) })
        }
    }

    @Test("through the HTTP integration fills in its tokens")
    func placeholders() async throws {
        let fixture = try await Fixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.create(
            Bodies.http(
                baseURL: upstream.url,
                [
                    "headers": #"[{"name":"X-Token","value":"t {{ one }}"}]"#,
                    "tokens": "[\(Bodies.token("one", Bodies.marker))]",
                    "url_parameters": #"[{"name":"key","value":"{{ one }}"}]"#,
                ]
            )
        )
        _ = try await fixture.send(.get, Paths.act(id, "/a?b=c"), as: fixture.admin)
        let received = try #require(upstream.received.first)
        #expect(received["X-Token"]?.elementsEqual("t \(Bodies.marker)") == true)
        #expect(received.target.elementsEqual("/a?b=c&key=\(Bodies.marker)"))
    }

    @Test("takes every method but those that reflect or tunnel")
    func methods() async throws {
        let acting = try await ActingFixture()
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]
        for method in methods { #expect(try await acting.act(HTTPMethod(method)).status == 200) }
        #expect(acting.upstream.received.map(\.method) == methods)
        for method in ["TRACE", "CONNECT", "TRACK", "G3T"] {
            let answer = try await acting.act(HTTPMethod(method))
            expectErrors(in: answer, status: 400)
            #expect(answer.keywayError == "bad_request")
        }
        #expect(acting.upstream.received.count == methods.count)
    }

    @Test("follows the settings of the moment")
    func settingsChange() async throws {
        let acting = try await ActingFixture()
        let other = try RunningUpstream()
        #expect(try await acting.act(.get, "/1").status == 200)
        let moved = Bodies.settings(#""base_url":"\#(other.url)","custom_domain":true"#)
        #expect(try await acting.fixture.send(.put, Paths.settings(acting.id), body: moved).status == 200)
        #expect(try await acting.act(.get, "/2").status == 200)
        try await acting.set(#""rules":[{"name":"only","paths":["/3"]}]"#)
        #expect(try await acting.act(.get, "/2").keywayError == "rule_refused")
        #expect(try await acting.act(.get, "/3").status == 200)
        #expect(acting.upstream.received.map(\.target) == ["/1", "/3"])
        #expect(other.received.map(\.target) == ["/2"])
        #expect(other.received.first?["Authorization"]?.elementsEqual("Bearer \(Bodies.marker)") == true)
    }

    @Test("ends with its connection")
    func deleted() async throws {
        let acting = try await ActingFixture()
        #expect(
            try await acting.fixture.send(.delete, Paths.connection(acting.id), as: acting.fixture.admin).status == 204
        )
        let answer = try await acting.act()
        expectErrors(in: answer, status: 404, sources: ["parameter connection_id"])
        #expect(answer.keywayError == "not_found")
        #expect(acting.upstream.received.isEmpty)
    }
}

@Suite("A dry run")
struct DryRunTests {
    @Test("shows what would be sent, and sends, opens and records nothing")
    func shows() async throws {
        let acting = try await ActingFixture(settings: #","concurrency":1,"rate":1"#)
        for _ in 0..<3 {
            let answer = try await acting.act(
                .post,
                "/v1/x?y=z",
                body: "12345",
                headers: [("Keyway-Dry-Run", "True"), ("X-A", "b")]
            )
            #expect(answer.status == 200)
            #expect(answer.header("Content-Type") == "application/vnd.api+json")
            #expect(answer.keywayError == nil)
            #expect(answer["/data/type"] == "act_plan")
            #expect(answer["/data/attributes/method"] == "POST")
            #expect(answer["/data/attributes/url"]?.text?.string == acting.upstream.url + "/v1/x?y=z")
            #expect(answer["/data/attributes/body_bytes"] == 5)
            let headers = answer["/data/attributes/headers"]?.elements.compactMap { $0["name"]?.text?.string } ?? []
            #expect(headers.contains("X-A"))
            #expect(headers.contains("Authorization"))
            #expect(!answer.text.contains(Bodies.marker))
        }
        #expect(acting.upstream.received.isEmpty)
        #expect(try acting.events().isEmpty)
        #expect(!acting.fixture.service.metrics.text().contains("keyway_acts_total{"))
    }

    @Test("needs no audit log")
    func withoutLog() async throws {
        let acting = try await ActingFixture()
        acting.fixture.store.set { $0.commitFailure = .unavailable("no space left") }
        #expect(try await acting.act(headers: [("Keyway-Dry-Run", "true")]).status == 200)
    }

    @Test("tells what would be refused, and counts it as no act")
    func refused() async throws {
        let acting = try await ActingFixture(settings: #","rules":[{"name":"only","paths":["/a"]}]"#)
        let answer = try await acting.act(.get, "/b", headers: [("Keyway-Dry-Run", "true")])
        expectErrors(in: answer, status: 403)
        #expect(answer.keywayError == "rule_refused")
        #expect(!acting.fixture.service.metrics.text().contains("keyway_acts_total{"))
    }

    @Test(
        "is asked for in one way: whatever else the header says sends nothing",
        arguments: [["yes"], [""], ["1"], ["true, false"], ["false", "true"], ["true", "false"], ["false", "false"]]
    )
    func unclear(_ values: [String]) async throws {
        let acting = try await ActingFixture()
        let answer = try await acting.act(headers: values.map { ("Keyway-Dry-Run", $0) })
        expectErrors(in: answer, status: 400, sources: ["header Keyway-Dry-Run"])
        #expect(answer.keywayError == "bad_request")
        #expect(acting.upstream.received.isEmpty)
    }
}
