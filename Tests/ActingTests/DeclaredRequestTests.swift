import Acting
import Connections
import Documents
import Egress
import Secrets
import Testing

@Suite("A request with declared authentication", .timeLimit(.minutes(10)))
struct DeclaredRequestTests {
    private static let authenticator = ActAuthenticator(
        endpoint: RecordingTokenEndpoint(500, ""),
        aws: AWSCredentialSource { _ in nil }
    )

    @Test("is written down here for every credential type of the catalogue, or has a suite of its own")
    func everyCredentialType() {
        let declared = IntegrationCatalogue.all.flatMap { integration in
            integration.credentials.map { "\(integration.type)/\($0.type)" }
        }
        let withCode = ["AWS/AWSAssumeRole", "Azure/AzureTenant", "GCP/GCPServiceAccount", "HTTP/HTTPTokenAuth"]
        #expect(Set(declared) == Set(ActingFacts.all.map { "\($0.integration)/\($0.type)" } + withCode))
        #expect(declared.count == 25)
    }

    @Test("goes to the vendor's address with the vendor's headers, and no others", arguments: ActingFacts.all)
    func sends(_ facts: ActingFacts) async throws {
        let act = try Sample.planner().plan(Sample.request("GET", facts.path), on: facts.connection)
        let sent = try await Self.authenticator.authenticate(act, with: StoredSecrets(facts.secrets))
        #expect(sent.request.method == "GET")
        #expect(sent.request.url == facts.url)
        #expect(sent.request.headerLines == facts.headers)
        #expect(sent.request.body == nil)
        #expect("\(act.origin)\(act.path)" == facts.url)
    }

    @Test("shows no secret in a dry run, and needs none for it", arguments: ActingFacts.all)
    func masks(_ facts: ActingFacts) throws {
        let act = try Sample.planner().plan(Sample.request("POST", facts.path), on: facts.connection)
        #expect(act.masked.method == "POST")
        #expect(act.masked.url == facts.url)
        #expect(act.masked.headers.map { "\($0.name): \($0.value)" } == facts.masked)
        #expect(act.masked.body == nil)
    }

    @Test("hands over every secret in it for scrubbing, and what was made of them", arguments: ActingFacts.all)
    func secrets(_ facts: ActingFacts) async throws {
        let act = try Sample.planner().plan(Sample.request("GET", facts.path), on: facts.connection)
        let sent = try await Self.authenticator.authenticate(act, with: StoredSecrets(facts.secrets))
        let known = sent.secrets.map(\.text)
        let needed = act.neededSecrets.map { $0.split(separator: "/").last.map(String.init) ?? "" }
        #expect(Set(needed).isSubset(of: facts.secrets.keys))
        #expect(needed.allSatisfy { known.contains(facts.secrets[$0] ?? "?") })
        for header in facts.headers where header.hasPrefix("Authorization: Basic ") {
            #expect(known.contains(String(header.dropFirst("Authorization: Basic ".count))))
        }
    }

    @Test("takes the caller's own credentials out", arguments: ActingFacts.all)
    func callersCredentials(_ facts: ActingFacts) async throws {
        let names = facts.headers.map { String($0.prefix { $0 != ":" }) }.filter { !$0.hasSuffix("ersion") }
        let spellings = (names + ["Authorization"]).flatMap {
            [$0.uppercased(), String($0.lowercased().map { $0 == "-" ? "_" : $0 })]
        }
        let isVersion = { (name: String) in name.uppercased().hasSuffix("VERSION") }
        let forged = spellings.filter { !isVersion($0) }.map { ($0, "forged") }
        let request = Sample.request("GET", facts.path, headers: forged + [("Accept", "text/plain")])
        let act = try Sample.planner().plan(request, on: facts.connection)
        let sent = try await Self.authenticator.authenticate(act, with: StoredSecrets(facts.secrets))
        #expect(sent.request.headerLines == ["Accept: text/plain"] + facts.headers)
    }

    @Test(
        "takes the caller's credentials out of the query where the vendor reads them there",
        arguments: [
            ("GeminiAPIKey", "key"), ("GeminiAPIKey", "access_token"), ("GitlabAPIKey", "private_token"),
            ("DatadogAPIKey", "application_key"), ("CircleCIAPIKey", "circle-token"), ("VirusTotalAPIKey", "apikey"),
            ("AsanaAccessToken", "access_token"),
        ]
    )
    func queryCredentials(type: String, name: String) throws {
        let facts = try #require(ActingFacts.all.first { $0.type == type })
        let encoded = "%\(String(name.utf8.first ?? 0, radix: 16))" + name.dropFirst()
        for spelling in [name, name.uppercased(), encoded, "+\(name)"] {
            let query = "a=1&\(spelling)=forged&b=%26key;c"
            let act = try Sample.planner().plan(Sample.request("GET", "/x", query: query), on: facts.connection)
            #expect(act.query == "a=1&b=%26key;c", "\(spelling)")
            #expect(act.masked.url.hasSuffix("/x?a=1&b=%26key;c"))
        }
    }

    @Test("leaves a standard header to the caller who sends it")
    func standardHeader() throws {
        let connection = Sample.connection("Notion", "NotionAPIKey", ["api_token": ""])
        let request = Sample.request("GET", "/v1/users", headers: [("notion-version", "2025-09-03")])
        let headers = try Sample.planner().plan(request, on: connection).masked.headers
        #expect(headers.filter { $0.name.lowercased() == "notion-version" }.map(\.value) == ["2025-09-03"])
    }

    @Test("sends the caller's method, query and body byte for byte")
    func passesOn() async throws {
        let request = Sample.request(
            "PATCH",
            "/v1/x%2Fy/%E2%82%AC//z",
            query: "a=%20b&&c=?/%2e%2e&{{api_token}}",
            headers: [("Content-Type", "text/plain"), ("X-A", "1"), ("x-a", "{{ api_token }}")],
            body: "a {{ api_token }} \0"
        )
        let act = try Sample.planner().plan(request, on: Sample.openAI())
        let sent = try await Self.authenticator.authenticate(act, with: StoredSecrets(["api_token": "sk-1"]))
        #expect(sent.request.method == "PATCH")
        #expect(
            sent.request.url == "https://api.openai.com/v1/x%2Fy/%E2%82%AC//z?a=%20b&&c=?/%2e%2e&{{api_token}}"
        )
        #expect(sent.request.headerLines.prefix(3) == ["Content-Type: text/plain", "X-A: 1", "x-a: {{ api_token }}"])
        #expect(sent.request.body?.text == "a {{ api_token }} \0")
    }
}
