import Acting
import ActService
import Documents
import Testing
import UpstreamTesting

@Suite("The rules of a connection")
struct ActRuleTests {
    private static let onlyA = #""rules":[{"name":"only","paths":["/a"]}]"#

    @Test("let an act pass, whose intent names the rule")
    func allowed() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: Self.onlyA)
        #expect(await fixture.act("GET", "/a", through: id).status == 200)
        #expect(fixture.store.details.first?["rule"] == "only")
    }

    @Test("refuse all else before anything is sent or recorded", arguments: ["/b", "/a/", "/A", "/a/../b", "/"])
    func refused(_ path: String) async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: Self.onlyA)
        let response = await fixture.act("GET", path, through: id)
        #expect(response.error != nil)
        #expect(upstream.received.isEmpty)
        #expect(fixture.store.events.isEmpty)
        #expect(fixture.metrics.current == 0)
    }

    @Test("are told from limits in the metrics")
    func counted() async throws {
        let fixture = try ActFixture()
        let id = try await fixture.connect(to: "http://127.0.0.1:1", settings: Self.onlyA)
        #expect(await fixture.act("GET", "/b", through: id).error?.isRule == true)
        #expect(fixture.count("rule_refused") == 1)
    }

    @Test("that deny hold for every spelling, before anything is sent or recorded", arguments: ["/b", "/B", "/%62"])
    func denied(_ path: String) async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let rules = #""rules":[{"name":"never","effect":"deny","paths":["/b"]},{"name":"all","paths":["/**"]}]"#
        let id = try await fixture.connect(to: upstream.url, settings: rules)
        #expect(await fixture.act("GET", path, through: id).error?.isRule == true)
        #expect(upstream.received.isEmpty)
        #expect(fixture.store.events.isEmpty)
        #expect(await fixture.act("GET", "/c", through: id).status == 200)
        #expect(fixture.store.details.first?["rule"] == "all")
    }

    @Test("look at the body where they ask for members of it", arguments: [(1, true), (2, false)])
    func body(_ value: Int, _ isAllowed: Bool) async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let rules = #""rules":[{"name":"one","paths":["/**"],"body":[{"pointer":"/a","values":[1]}]}]"#
        let id = try await fixture.connect(to: upstream.url, settings: rules)
        let response = await fixture.act(
            "POST",
            "/",
            body: #"{"a":\#(value)}"#,
            headers: [("Content-Type", "application/json")],
            through: id
        )
        #expect((response.error == nil) == isAllowed)
        #expect(upstream.received.count == (isAllowed ? 1 : 0))
    }

    @Test("that are observed refuse nothing, and say what they would refuse")
    func observed() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: #""mode":"observe","# + Self.onlyA)
        #expect(await fixture.act("GET", "/b", through: id).status == 200)
        #expect(fixture.store.details.first?["would_refuse"]?.text?.string.contains("only") == true)
        #expect(fixture.count("rule_observed") == 1)
        #expect(fixture.count("answered") == 1)
    }

    @Test("show in a dry run")
    func dryRun() async throws {
        let fixture = try ActFixture()
        let id = try await fixture.connect(to: "https://api.example.com", settings: Self.onlyA)
        let allowed = try fixture.acts.plan(.init(method: "GET", path: "/a"), through: id, by: fixture.actor)
        #expect(allowed.request.url == "https://api.example.com/a")
        #expect(!allowed.request.headers.contains { $0.value.contains(ActFixture.marker) })
        #expect(allowed.rule == "only")
        #expect(throws: ActError.self) {
            try fixture.acts.plan(.init(method: "GET", path: "/b"), through: id, by: fixture.actor)
        }
        #expect(fixture.store.events.isEmpty)
    }

    @Test("hold as they are stored when an act begins")
    func changed() async throws {
        let fixture = try ActFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url)
        #expect(await fixture.act("GET", "/b", through: id).status == 200)
        try await fixture.store(id, ActFixture.http(baseURL: upstream.url), Self.onlyA, revision: 2)
        #expect(await fixture.act("GET", "/b", through: id).error?.isRule == true)
    }
}
