import Acting
import Connections
import Documents
import Egress
import Testing

@Suite("A test of a connection", .timeLimit(.minutes(10)))
struct ProbeTests {
    private static func probe(_ connection: ActConnection.Stored, _ environment: [String: String] = [:])
        throws(ActRefusal)
        -> ActProbe
    {
        try ActProber(planner: Sample.planner(environment)).probe(of: connection)
    }

    private static func verdict(_ probe: ActProbe, _ status: Int, _ body: String = "") -> ProbeVerdict {
        Array(body.utf8).withUnsafeBytes { probe.verdict(on: ResponseHead(status: status, headers: []), body: $0) }
    }

    @Test("asks what the vendor has for it", arguments: ActingFacts.all)
    func asks(_ facts: ActingFacts) throws {
        let probe = try Self.probe(facts.connection)
        #expect(probe.sendsRequest)
        #expect(probe.act.masked.method == "GET")
        #expect(probe.act.masked.url == facts.probe)
        #expect(Self.verdict(probe, 401).outcome == .invalid)
        #expect(Self.verdict(probe, 429).outcome == .throttled)
    }

    @Test("asks AWS who it is, in the region of the settings or of the environment")
    func aws() throws {
        let target = "?Action=GetCallerIdentity&Version=2011-06-15"
        #expect(
            try Self.probe(AWSActTests.connection()).act.masked.url == "https://sts.us-east-1.amazonaws.com/\(target)"
        )
        let other = try Self.probe(AWSActTests.connection(), ["AWS_DEFAULT_REGION": "eu-west-3"])
        #expect(other.act.masked.url == "https://sts.eu-west-3.amazonaws.com/\(target)")
        let china = try Self.probe(AWSActTests.connection(settings: ["region": "cn-north-1"]))
        #expect(china.act.masked.url == "https://sts.cn-north-1.amazonaws.com.cn/\(target)")
        #expect(china.sendsRequest)
    }

    @Test("is done when a token was issued, for Azure and Google Cloud")
    func exchanges() throws {
        let google = Sample.connection("GCP", "GCPServiceAccount", ["private_key": "", "service_account_email": "a@b"])
        for connection in [google, ClientCredentialsTests.connection()] {
            let probe = try Self.probe(connection)
            #expect(!probe.sendsRequest)
            #expect(probe.verdictOnExchange.outcome == .valid)
            #expect(probe.act.neededSecrets.count == 1)
        }
    }

    @Test("of an HTTP connection needs a path in the settings, which others may have too")
    func probePath() throws {
        let base: JSONValue = ["base_url": "https://example.com/v1"]
        let refused = code { () throws(ActRefusal) in
            _ = try Self.probe(Sample.connection("HTTP", "HTTPTokenAuth", .object([]), integrationMembers: base))
        }
        #expect(refused == .probeNotDeclared)
        let http = Sample.connection(
            "HTTP",
            "HTTPTokenAuth",
            .object([]),
            integrationMembers: base,
            settings: ["probe_path": "status?x=1?2"]
        )
        #expect(try Self.probe(http).act.masked.url == "https://example.com/v1/status?x=1?2")
        let openAI = try Self.probe(Sample.openAI(settings: ["probe_path": "/v1/files"]))
        #expect(openAI.act.masked.url == "https://api.openai.com/v1/files")
        let escape = code { () throws(ActRefusal) in
            _ = try Self.probe(Sample.openAI(settings: ["probe_path": "/../x"]))
        }
        #expect(escape == .pathNotAllowed)
    }

    @Test(
        "judges by the status",
        arguments: [
            (200, ProbeOutcome.valid), (204, .valid), (401, .invalid), (403, .validButForbidden), (429, .throttled),
            (500, .unreachable), (503, .unreachable), (301, .unreachable), (400, .unreachable), (404, .unreachable),
        ]
    )
    func statuses(status: Int, outcome: ProbeOutcome) throws {
        let verdict = Self.verdict(try Self.probe(Sample.openAI()), status)
        #expect(verdict.outcome == outcome)
        #expect((verdict.hint == nil) == (outcome == .valid))
    }

    @Test(
        "judges by more than the status where the vendor means something else by it",
        arguments: [
            ("CloudflareAPIToken", 200, #"{"result":{"status":"active"},"success":true}"#, ProbeOutcome.valid),
            ("CloudflareAPIToken", 200, #"{"result":{"status":"disabled"},"success":true}"#, .invalid),
            ("CloudflareAPIToken", 200, #"{"result":{"status":"expired"}}"#, .invalid),
            ("CloudflareAPIToken", 200, #"{"result":"active"}"#, .invalid),
            ("CloudflareAPIToken", 200, "active", .invalid),
            ("CloudflareAPIToken", 400, #"{"errors":[{"code":6003}]}"#, .invalid),
            ("CloudflareAPIToken", 403, "", .validButForbidden),
            ("CloudflareGlobalAPIToken", 200, #"{"result":{}}"#, .valid),
            ("CloudflareGlobalAPIToken", 403, #"{"errors":[{"code":9103}]}"#, .invalid),
            ("CloudflareGlobalAPIToken", 403, #"{"errors":[{"code":10000}]}"#, .validButForbidden),
            ("GeminiAPIKey", 400, #"{"error":{"details":[{"reason":"API_KEY_INVALID"}]}}"#, .invalid),
            ("GeminiAPIKey", 400, #"{"error":{"status":"INVALID_ARGUMENT"}}"#, .unreachable),
            ("GeminiAPIKey", 403, "", .validButForbidden),
            ("DatadogAPIKey", 403, #"{"errors":["Forbidden"]}"#, .invalid),
            ("DatadogAPIKey", 200, #"{"status":"ok"}"#, .valid),
        ]
    )
    func vendorsOwn(type: String, status: Int, body: String, outcome: ProbeOutcome) throws {
        let facts = try #require(ActingFacts.all.first { $0.type == type })
        #expect(Self.verdict(try Self.probe(facts.connection), status, body).outcome == outcome)
    }

    @Test("judges only by the status where the settings name the path")
    func ownPath() throws {
        let connection = Sample.connection(
            "Cloudflare",
            "CloudflareAPIToken",
            ["api_token": ""],
            settings: ["probe_path": "/accounts/1/tokens/verify"]
        )
        #expect(Self.verdict(try Self.probe(connection), 200, "{}").outcome == .valid)
    }

    @Test(
        "judges by why no request could be sent",
        arguments: [
            (ActFailure.Code.secretMissing, ProbeOutcome.invalid), (.secretUnusable, .invalid),
            (.tokenRefused, .invalid),
            (.tokenThrottled, .throttled), (.tokenUnreachable, .unreachable), (.tokenMalformed, .unreachable),
            (.principalMissing, .unreachable), (.principalRefused, .unreachable),
        ]
    )
    func failures(code: ActFailure.Code, outcome: ProbeOutcome) throws {
        let verdict = try Self.probe(Sample.openAI()).verdict(on: ActFailure(code, "why"))
        #expect(verdict.outcome == outcome)
        #expect(verdict.hint == "why")
    }

    @Test(
        "finds what cannot be reached, and says why",
        arguments: [EgressError.timedOut, .unresolvableHost, .plaintextNotAllowed]
    )
    func egress(_ error: EgressError) throws {
        let verdict = try Self.probe(Sample.openAI()).verdict(on: error)
        #expect(verdict.outcome == .unreachable)
        #expect(verdict.hint?.isEmpty == false)
    }
}
