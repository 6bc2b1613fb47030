import Acting
import Connections
import Documents
import Egress
import Testing

@Suite("A request of an Azure connection", .timeLimit(.minutes(10)))
struct ClientCredentialsTests {
    private static let secrets = StoredSecrets(["client_secret": "s3cr&t+=/~ é"])

    static func connection(
        tenant: String = "contoso.onmicrosoft.com",
        scopes: String? = nil,
        settings: JSONValue? = nil,
        revision: Int64 = 1,
        id: Identifier = Sample.id
    ) -> ActConnection.Stored {
        let members: JSONValue = ["app_client_id": "app-1", "client_secret": "", "tenant_id": .string(tenant)]
        let scope = scopes.map { [JSONValue.Member("custom_scopes", .string($0))] } ?? []
        return Sample.connection(
            "Azure",
            "AzureTenant",
            .object(members.members + scope),
            settings: settings,
            revision: revision,
            id: id
        )
    }

    private static func send(_ connection: ActConnection.Stored) async throws -> (
        asked: OutgoingRequest, sent: AuthenticatedAct
    ) {
        let endpoint = RecordingTokenEndpoint(200, #"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0"}"#)
        let authenticator = ActAuthenticator(endpoint: endpoint, aws: AWSCredentialSource { _ in nil })
        let act = try Sample.planner().plan(
            Sample.request("GET", "/subscriptions", query: "api-version=1"),
            on: connection
        )
        #expect(act.neededSecrets == ["integration/credentials/client_secret"])
        #expect(act.masked.headers.map(\.value) == ["Bearer [keyway:redacted]"])
        let sent = try await authenticator.authenticate(act, with: secrets)
        return (try #require(await endpoint.requests.first), sent)
    }

    @Test("carries a token that the client secret was exchanged for")
    func exchanges() async throws {
        let (asked, sent) = try await Self.send(Self.connection())
        #expect(sent.request.url == "https://management.azure.com/subscriptions?api-version=1")
        #expect(sent.request.headerLines == ["Authorization: Bearer eyJ0"])
        #expect(sent.secrets.map(\.text) == ["s3cr&t+=/~ é", "eyJ0"])
        #expect(asked.method == "POST")
        #expect(asked.url == "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token")
        #expect(
            asked.body?.text
                == "grant_type=client_credentials&client_id=app-1&client_secret=s3cr%26t%2B%3D%2F%7E+%C3%A9"
                + "&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
        )
    }

    @Test("asks for the connection's own scopes")
    func scopes() async throws {
        let (asked, _) = try await Self.send(Self.connection(scopes: "api://x/.default"))
        #expect(asked.body?.text.hasSuffix("&scope=api%3A%2F%2Fx%2F.default") == true)
    }

    @Test("stays in a national cloud, where the settings name it")
    func nationalCloud() async throws {
        let settings: JSONValue = [
            "authority": "https://login.microsoftonline.us", "management_url": "https://management.usgovcloudapi.net",
        ]
        let (asked, sent) = try await Self.send(Self.connection(settings: settings))
        #expect(asked.url == "https://login.microsoftonline.us/contoso.onmicrosoft.com/oauth2/v2.0/token")
        #expect(asked.body?.text.hasSuffix("&scope=https%3A%2F%2Fmanagement.usgovcloudapi.net%2F.default") == true)
        #expect(sent.request.origin == "https://management.usgovcloudapi.net")
    }

    @Test(
        "sends its secret to Microsoft alone, unless a custom domain is allowed",
        arguments: ["authority", "management_url", "base_url"]
    )
    func pinned(_ name: String) throws {
        let url = JSONValue.Member(JSONText(name), "https://evil.example")
        let refused = code { () throws(ActRefusal) in
            _ = try Sample.planner().plan(Sample.request(), on: Self.connection(settings: .object([url])))
        }
        #expect(refused == .destinationNotAllowed)
        let allowed = Self.connection(settings: .object([url, .init("custom_domain", true)]))
        _ = try Sample.planner().plan(Sample.request(), on: allowed)
    }

    @Test("has its tenant as one segment of the path", arguments: ["a/b", "..", "a?b", "a#b"])
    func tenant(_ tenant: String) async throws {
        // The format of the field refuses these; a stored document of another version might hold them.
        let endpoint = RecordingTokenEndpoint(200, #"{"expires_in":3599,"access_token":"eyJ0"}"#)
        let authenticator = ActAuthenticator(endpoint: endpoint, aws: AWSCredentialSource { _ in nil })
        if let act = try? Sample.planner().plan(Sample.request(), on: Self.connection(tenant: tenant)) {
            _ = try await authenticator.authenticate(act, with: Self.secrets)
            let url = try #require(await endpoint.requests.first?.url)
            #expect(url.split(separator: "/").count == 6)
            #expect(!url.contains("?") && !url.contains("#"))
        } else {
            #expect(tenant == "..")
        }
    }
}
