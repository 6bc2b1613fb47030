import DatadogClient
import Foundation
import Testing

@Suite("Acting through the running server", .timeLimit(.minutes(10)))
struct ActingServerTests {
    @Test("sends method, headers and body, and the credentials beside them", arguments: Carrier.allCases)
    func sends(_ carrier: Carrier) async throws {
        let stage = try await Stage(carrier)
        let request = ActRequest(
            "POST",
            "/v1/chat",
            query: "a=%20&b",
            headers: [("X-Own", "1"), ("x-own", "2"), ("Accept", "text/plain")],
            json: ["text": "ü"]
        )
        let answer = try await stage.act(request)
        #expect(answer.status == 200)
        #expect(try answer.json() == ["text": "ü"])
        #expect(answer.requestID != nil && answer.upstreamTime != nil)
        let received = try #require(stage.upstream.received.first)
        #expect(received.method == "POST")
        #expect(received.target == "/v1/chat?a=%20&b")
        #expect(received["Authorization"] == "Bearer sk-marker-0123456789")
        #expect(received["X-Own"] == "1, 2")
        #expect(received["Accept"] == "text/plain")
        #expect(received["Content-Type"] == "application/json")
        #expect(!received.headers.contains { $0.name.lowercased().hasPrefix("dd-") })
    }

    @Test(
        "sends path and query byte for byte",
        arguments: [
            "/", "/echo/", "/echo//x", "/%C3%BC", "/a%2Fb;c", "/a+b%20c", "/:@!$&'()*,;=~", "/e?a=b?c/d&&%26", "/e?",
        ],
        Carrier.allCases
    )
    func targets(_ target: String, _ carrier: Carrier) async throws {
        let stage = try await Stage(carrier)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        _ = try await stage.act(ActRequest("GET", parts[0], query: parts.count > 1 ? parts[1] : nil))
        let received = try #require(stage.upstream.received.first?.target)
        // An empty query counts as none for parsers of URLs.
        #expect(received == (target.hasSuffix("?") ? String(target.dropLast()) : target) || received == target)
    }

    @Test("keeps bodies that are no text", arguments: Carrier.allCases)
    func binary(_ carrier: Carrier) async throws {
        let stage = try await Stage(carrier)
        let body = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })
        let answer = try await stage.act(ActRequest("PUT", "/echo", body: body))
        #expect(answer.body == body)
        #expect(stage.upstream.received.first?["Content-Type"] == "application/octet-stream")
    }

    @Test(
        "answers with the third party's status, whatever it is, and sends nothing again",
        arguments: [200, 201, 204, 302, 304, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504],
        Carrier.allCases
    )
    func statuses(_ status: Int, _ carrier: Carrier) async throws {
        let stage = try await Stage(carrier)
        let answer = try await stage.act(ActRequest("GET", "/status/\(status)"))
        #expect(answer.status == status)
        #expect(answer.header("x-own") == "1")
        #expect(stage.upstream.received.count == 1)
    }

    @Test("knows that the answer to HEAD has no body", arguments: Carrier.allCases)
    func head(_ carrier: Carrier) async throws {
        let stage = try await Stage(carrier)
        for _ in 0..<2 {
            let answer = try await stage.act(ActRequest("HEAD", "/status/200"))
            #expect(answer.status == 200 && answer.body.isEmpty)
        }
    }

    @Test("hands on a body as it comes", arguments: Carrier.allCases)
    func streams(_ carrier: Carrier) async throws {
        let stage = try await Stage(carrier)
        let answer = try await stage.client.connections.streamAct(
            through: stage.connection,
            ActRequest("GET", "/slow")
        )
        #expect(answer.status == 200)
        var text = ""
        for try await piece in answer.body {
            text += String(decoding: piece, as: UTF8.self)
            // The second is not sent before.
            if text == "first\n" { stage.upstream.open() }
        }
        #expect(text == "first\nsecond\n")
        #expect(try await stage.act(ActRequest("GET", "/echo")).status == 200)
    }

    @Test("lets go of a body that is not read to its end", arguments: Carrier.allCases)
    func abandoned(_ carrier: Carrier) async throws {
        let stage = try await Stage(carrier, ConnectionSettings(concurrency: 1))
        do {
            let answer = try await stage.client.connections.streamAct(
                through: stage.connection,
                ActRequest("GET", "/endless")
            )
            for try await _ in answer.body { break }
        }
        // As long as the first goes on, this is refused; the policy lets the client try again.
        #expect(try await stage.act(ActRequest("GET", "/echo")).status == 200)
    }

    @Test("streams an answer of a transport that has it whole")
    func wholeTransport() async throws {
        let transport = FakeTransport(status: 404, headers: [("Keyway-Upstream-Status", "404")], "none")
        let answer = try await Client.faked(transport).connections.streamAct(through: "x", ActRequest("GET", "/"))
        var text = ""
        for try await piece in answer.body { text += String(decoding: piece, as: UTF8.self) }
        #expect(answer.status == 404 && text == "none")
    }

    @Test("stops when the task is cancelled", arguments: Carrier.allCases)
    func cancelled(_ carrier: Carrier) async throws {
        let stage = try await Stage(carrier)
        let task = Task { try await stage.act(ActRequest("GET", "/silent")) }
        while stage.upstream.received.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("says why Keyway did not pass it on", arguments: Carrier.allCases)
    func refused(_ carrier: Carrier) async throws {
        let rule = ActRule(name: "models", methods: ["GET"], paths: ["/v1/models"])
        let stage = try await Stage(carrier, ConnectionSettings(rules: [rule]))
        let refused = await failure { try await stage.act(ActRequest("POST", "/v1/models")) }
        #expect(refused?.actError == .ruleRefused)
        #expect(refused?.code == .forbidden && refused?.status == 403)
        #expect(refused?.problems.isEmpty == false && refused?.requestID != nil)
        #expect(refused?.description.contains("rule_refused") == true)
        #expect(stage.upstream.received.isEmpty)
        #expect(try await stage.act(ActRequest("GET", "/v1/models")).status == 200)

        let missing = "00000000-0000-4000-8000-000000000000"
        let absent = await failure {
            try await stage.client.connections.streamAct(through: missing, ActRequest("GET", "/"))
        }
        #expect(absent?.code == .notFound)
    }

    @Test("shows what would be sent, its secrets masked, and sends nothing")
    func plan() async throws {
        let stage = try await Stage()
        let request = ActRequest("PUT", "/v1/x", query: "y=1", headers: [("X-Own", "1")], body: Data("12345".utf8))
        let plan = try await stage.client.connections.plan(through: stage.connection, request)
        #expect(plan.method == "PUT")
        #expect(plan.url == "\(stage.upstream.url)/v1/x?y=1")
        #expect(plan.bodyBytes == 5)
        #expect(plan.headers.contains { $0.name.lowercased() == "x-own" && $0.value == "1" })
        let authorization = plan.headers.first { $0.name.lowercased() == "authorization" }
        #expect(authorization?.value.contains("marker") == false)
        #expect(stage.upstream.received.isEmpty)
        #expect(plan.rule == nil && plan.effect == nil)
        #expect(try ActPlan(json: plan.json) == plan)
        let rules = [ActRule(name: "never", effect: .deny, paths: ["/a"]), ActRule(name: "all", paths: ["/**"])]
        let ruled = try await Stage(.sockets, ConnectionSettings(rules: rules))
        let allowed = try await ruled.client.connections.plan(through: ruled.connection, ActRequest("GET", "/v1/x"))
        #expect(allowed.rule == "all" && allowed.effect == .allow)
        let denied = await failure {
            try await ruled.client.connections.plan(through: ruled.connection, ActRequest("GET", "/A"))
        }
        #expect(denied?.actError == .ruleRefused)
        let head = await failure {
            try await stage.client.connections.plan(through: stage.connection, ActRequest("HEAD", "/"))
        }
        #expect(head?.code == .configuration)
    }

    @Test("tests credentials")
    func tests() async throws {
        let stage = try await Stage(.sockets, ConnectionSettings(probePath: "/status/200"))
        let connections = stage.client.connections
        let valid = try await connections.test(stage.connection)
        #expect(valid.id == stage.connection)
        #expect(valid.result == .valid && valid.status == 200)
        #expect(try ConnectionTest(json: valid.json) == valid)
        var settings = try await connections.settings(of: stage.connection)
        for (status, result) in [(401, ConnectionTest.Result.invalid), (403, .validButForbidden), (429, .throttled)] {
            settings.probePath = "/status/\(status)"
            try await connections.putSettings(settings, of: stage.connection)
            let test = try await connections.test(stage.connection)
            #expect(test.result == result && test.hint?.isEmpty == false)
        }
    }

    @Test("reads and replaces settings, those of the integration too")
    func settings() async throws {
        let server = try await RunningServer()
        let client = ServerTests.client(server)
        let anthropic = Integration.anthropic(.apiKey(AnthropicAPIKey(apiToken: Secret("sk-marker-0123456789"))))
        let id = try await client.connections.create(NewConnection(name: "Anthropic", integration: anthropic)).id
        let standard = try await client.connections.settings(of: id)
        #expect(standard.id == id)
        #expect(standard.mode == .enforce && standard.rules == [] && standard.concurrency == 100)

        let condition = ActRule.Condition(pointer: "/model", values: ["small", 1, true])
        let put = ConnectionSettings(
            baseURL: "https://example.com/x",
            customDomain: true,
            followRedirects: true,
            probePath: "/v1/models",
            mode: .observe,
            rules: [
                ActRule(name: "n", effect: .deny, paths: ["/v1/files/**"]),
                ActRule(name: "r", principals: ["user:\(server.userID)"], methods: ["GET"], paths: ["/**"]),
                ActRule(name: "s", paths: ["/v1/messages"], body: [condition]),
            ],
            concurrency: 2,
            rate: 3,
            others: JSONObject([.init(name: "api_version", value: "2099-01-01")])
        )
        let now = try await client.connections.putSettings(put, of: id)
        #expect(now.baseURL == put.baseURL && now.customDomain == true && now.followRedirects == true)
        #expect(now.probePath == put.probePath)
        #expect(now.mode == .observe && now.rules == put.rules && now.concurrency == 2 && now.rate == 3)
        #expect(now.others == put.others)
        // What was read can be sent again.
        #expect(try await client.connections.putSettings(try await client.connections.settings(of: id), of: id) == now)

        let faulty = ConnectionSettings(probePath: "no slash", concurrency: 0)
        let refused = await failure { try await client.connections.putSettings(faulty, of: id) }
        #expect(
            Set(refused?.problems.compactMap(\.pointer) ?? [])
                == ["/data/attributes/probe_path", "/data/attributes/concurrency"]
        )
    }
}
