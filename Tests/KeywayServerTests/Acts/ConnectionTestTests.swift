import Documents
import HTTPServer
import KeywayServer
import Storage
import Testing
import UpstreamTesting

@Suite("A test of a connection")
struct ConnectionTestTests {
    @Test(
        "says what the third party's answer means",
        arguments: [
            (200, "valid"), (204, "valid"), (401, "invalid"), (403, "valid_but_forbidden"), (429, "throttled"),
            (500, "unreachable"), (404, "unreachable"), (302, "unreachable"),
        ]
    )
    func verdicts(_ status: Int, _ result: String) async throws {
        let acting = try await ActingFixture { _ in
            Response(status: status, body: status == 204 ? [] : Array(Bodies.marker.utf8))
        }
        let answer = try await acting.fixture.send(.post, Paths.test(acting.id), as: acting.fixture.admin)
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "application/vnd.api+json")
        #expect(answer["/data/id"]?.text?.string == acting.id)
        #expect(answer["/data/type"] == "connection_test")
        #expect(answer["/data/attributes/result"]?.text?.string == result)
        #expect(answer["/data/attributes/status"] == .integer(Int64(status)))
        #expect((answer["/data/attributes/hint"] == .null) == (result == "valid"))
        #expect(!answer.text.contains(Bodies.marker))
        #expect(acting.upstream.received.map(\.target) == ["/v1/models"])
        let events = try acting.events()
        #expect(events.map { $0["action"] } == ["connection.test", "connection.test"])
        #expect(events.map { $0["details"]?["phase"] } == ["intent", "outcome"])
        #expect(events.last?["details"]?["result"]?.text?.string == result)
        let metrics = try MetricsText(parsing: acting.fixture.service.metrics.text())
        #expect(metrics.value("keyway_acts_total", ["integration": "OpenAI", "outcome": result]) == 1)
        #expect(metrics.value("keyway_acts_in_flight") == 0)
    }

    @Test("says so when nobody answers, and counts no answer")
    func unreachable() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.http(baseURL: "http://127.0.0.1:1"))
        let settings = Bodies.settings(#""probe_path":"/x""#)
        #expect(try await fixture.send(.put, Paths.settings(id), body: settings).status == 200)
        let answer = try await fixture.send(.post, Paths.test(id), as: fixture.admin)
        #expect(answer.status == 200)
        #expect(answer["/data/attributes/result"] == "unreachable")
        #expect(answer["/data/attributes/status"] == .null)
        let metrics = try MetricsText(parsing: fixture.service.metrics.text())
        #expect(metrics.value("keyway_acts_total", ["integration": "HTTP", "outcome": "unreachable"]) == 1)
        #expect(metrics.value("keyway_acts_total", ["integration": "HTTP", "outcome": "answered"]) == nil)
        #expect(metrics.value("keyway_act_upstream_seconds_count") == 0)
    }

    @Test("sends a GET of probe_path where the settings name one")
    func probePath() async throws {
        let acting = try await ActingFixture(settings: #","probe_path":"/me?a=b""#)
        let answer = try await acting.fixture.send(.post, Paths.test(acting.id), as: acting.fixture.admin)
        #expect(answer["/data/attributes/result"] == "valid")
        #expect(acting.upstream.received.map { "\($0.method) \($0.target)" } == ["GET /me?a=b"])
    }

    @Test("cannot tell anything of an HTTP connection without probe_path")
    func notDeclared() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.http())
        let answer = try await fixture.send(.post, Paths.test(id), as: fixture.admin)
        expectErrors(in: answer, status: 409)
        #expect(answer["/errors/0/detail"]?.text?.string.contains("probe_path") == true)
        #expect(try fixture.events().allSatisfy { $0["action"] != "connection.test" })
    }

    @Test("takes no body, and an empty object at most", arguments: [("", 200), ("{}", 200), ("{", 400), ("[]", 400)])
    func body(_ body: String, _ status: Int) async throws {
        let acting = try await ActingFixture()
        let answer = try await acting.fixture.send(.post, Paths.test(acting.id), body: body)
        #expect(answer.status == status)
        let other = #"{"api_token":"\#(Bodies.marker)"}"#
        expectErrors(in: try await acting.fixture.send(.post, Paths.test(acting.id), body: other), status: 400)
        #expect(acting.upstream.received.count == (status == 200 ? 1 : 0))
    }
}

@Suite("The metrics of acts")
struct ActMetricsTests {
    @Test("count them by integration and outcome, and time the third party")
    func counts() async throws {
        let acting = try await ActingFixture(settings: #","concurrency":1,"rules":[{"name":"a","paths":["/a"]}]"#)
        let fixture = acting.fixture
        for _ in 0..<3 { #expect(try await acting.act(.get, "/a").status == 200) }
        #expect(try await acting.act(.get, "/b").status == 403)
        fixture.store.set { $0.commitFailure = .unavailable("no space left") }
        #expect(try await acting.act(.get, "/a").status == 503)
        let metrics = try MetricsText(parsing: fixture.service.metrics.text())
        let count = { (outcome: String) in
            metrics.value("keyway_acts_total", ["integration": "OpenAI", "outcome": outcome])
        }
        #expect(count("answered") == 3)
        #expect(count("rule_refused") == 1)
        #expect(count("audit_unavailable") == 1)
        #expect(metrics.value("keyway_acts_in_flight") == 0)
        #expect(metrics.value("keyway_act_upstream_seconds_count") == 3)
        let route = "/api/v2/actions/connections/{connection_id}/proxy/{path...}"
        let requests = metrics.samples.filter {
            $0.name == "keyway_http_requests_total" && $0.labels["route"] == route && $0.labels["method"] == "ANY"
        }
        #expect(requests.map { $0.labels["status"] } == ["200", "403", "503"])
    }
}
