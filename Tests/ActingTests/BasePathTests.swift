import Acting
import Connections
import Documents
import LinkRewriting
import Testing

@Suite("The base path of an integration", .timeLimit(.minutes(10)))
struct BasePathTests {
    private static func plan(_ type: String, _ path: String, settings: JSONValue? = nil) throws -> PlannedAct {
        let credentials = [
            "Gitlab": "GitlabAPIKey", "CircleCI": "CircleCIAPIKey", "Clickup": "ClickupAPIKey",
            "Split": "SplitAPIKey", "VirusTotal": "VirusTotalAPIKey",
        ]
        let connection = Sample.connection(
            type,
            credentials[type] ?? "",
            ["api_token": "", "api_key": ""],
            settings: settings
        )
        return try Sample.planner().plan(Sample.request("GET", path), on: connection)
    }

    @Test(
        "stands once before a path that brings it or its end, and rules see the path without it",
        arguments: [
            ("Gitlab", "/projects", "/api/v4/projects", "/projects"),
            ("Gitlab", "/api/v4/projects", "/api/v4/projects", "/projects"),
            ("Gitlab", "/v4/projects", "/api/v4/projects", "/projects"),
            ("Gitlab", "/api/v4", "/api/v4", ""), ("Gitlab", "/api/v4/", "/api/v4/", "/"),
            ("Gitlab", "/api/v4/api/v4/x", "/api/v4/api/v4/x", "/api/v4/x"),
            ("Gitlab", "/api/v4x/y", "/api/v4/api/v4x/y", "/api/v4x/y"),
            ("Gitlab", "/api/x", "/api/v4/api/x", "/api/x"),
            ("Gitlab", "/api/v%34/x", "/api/v4/api/v%34/x", "/api/v%34/x"),
            ("VirusTotal", "/api/v3/files", "/api/v3/files", "/files"),
            ("CircleCI", "/v2/me", "/api/v2/me", "/me"), ("CircleCI", "/me", "/api/v2/me", "/me"),
            ("CircleCI", "/v1.1/me", "/api/v1.1/me", "/v1.1/me"),
            ("CircleCI", "/api/v1.1/me", "/api/v1.1/me", "/v1.1/me"),
            ("Clickup", "/api/v2/user", "/api/v2/user", "/user"),
            ("Split", "/internal/api/v2/workspaces", "/internal/api/v2/workspaces", "/workspaces"),
            ("Split", "/api/v3/flag-sets", "/api/v3/flag-sets", "/v3/flag-sets"),
        ]
    )
    func once(_ type: String, _ path: String, _ sent: String, _ judged: String) throws {
        let act = try Self.plan(type, path)
        #expect(act.path == sent)
        #expect(act.pathBelowBase == judged)
    }

    @Test("is not looked for where the setting base_url is in its place")
    func setting() throws {
        let act = try Self.plan(
            "Gitlab",
            "/api/v4/x",
            settings: ["base_url": "https://gitlab.com/api/v4", "custom_domain": true]
        )
        #expect(act.path == "/api/v4/api/v4/x")
        let bare = try Self.plan("CircleCI", "/v1.1/me", settings: ["base_url": "https://circleci.com/api"])
        #expect(bare.path == "/api/v1.1/me")
    }

    @Test(
        "leads each link back to where it points",
        arguments: [
            ("Gitlab", "/api/v4/projects", "/projects"), ("Gitlab", "/api/v4/api/v4/x", "/api/v4/api/v4/x"),
            ("Gitlab", "/api/v4/v4/x", "/api/v4/v4/x"), ("Gitlab", "/api/v4", ""),
            ("CircleCI", "/api/v2/v2", "/api/v2/v2"),
        ]
    )
    func links(_ type: String, _ path: String, _ expected: String) throws {
        let scope = try Self.plan(type, "/").scope
        let origin = try Self.plan(type, "/").origin
        let link = try #require(WebLink((origin + path).utf8))
        let proxied = try #require(scope.proxied(link).map { String(decoding: $0, as: UTF8.self) })
        #expect(proxied == expected)
        #expect(try Self.plan(type, proxied).path == path)
    }

    @Test("of CircleCI's other version keeps its links")
    func sibling() throws {
        let scope = try Self.plan("CircleCI", "/v1.1/me").scope
        let link = try #require(WebLink("https://circleci.com/api/v1.1/project/x?page=2".utf8))
        #expect(scope.proxied(link).map { String(decoding: $0, as: UTF8.self) } == "/v1.1/project/x?page=2")
    }
}

@Suite("A connection in a cloud of its own country", .timeLimit(.minutes(10)))
struct NationalCloudTests {
    @Test(
        "of Azure asks the cloud's own authority",
        arguments: [
            ("https://management.azure.com", "https://login.microsoftonline.com"),
            ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
            ("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
            ("https://management.chinacloudapi.cn", "https://login.partner.microsoftonline.cn"),
            ("https://microsoftgraph.chinacloudapi.cn", "https://login.partner.microsoftonline.cn"),
        ]
    )
    func azure(_ management: String, _ authority: String) async throws {
        let connection = Sample.connection(
            "Azure",
            "AzureTenant",
            ["app_client_id": "c", "client_secret": "", "tenant_id": "t"],
            settings: ["management_url": .string(management)]
        )
        let act = try Sample.planner().plan(Sample.request("GET", "/x"), on: connection)
        let endpoint = RecordingTokenEndpoint(200, #"{"access_token":"a-token-of-some-length","expires_in":3600}"#)
        let authenticator = ActAuthenticator(endpoint: endpoint, aws: AWSCredentialSource { _ in nil })
        _ = try await authenticator.authenticate(act, with: StoredSecrets(["client_secret": "s"]))
        #expect(await endpoint.requests.map(\.url) == [authority + "/t/oauth2/v2.0/token"])
    }

    @Test(
        "of ServiceNow and Okta keeps its host",
        arguments: [
            ("ServiceNow", "acme.servicenowservices.com"), ("Okta", "acme.okta-gov.com"), ("Okta", "acme.okta.mil"),
        ]
    )
    func hosts(_ type: String, _ host: String) throws {
        let members: JSONValue =
            type == "Okta"
            ? ["domain": .string(host), "api_token": ""]
            : ["instance": .string(host), "username": "u", "password": ""]
        let connection = Sample.connection(type, type == "Okta" ? "OktaAPIToken" : "ServiceNowBasicAuth", members)
        #expect(try Sample.planner().plan(Sample.request("GET", "/x"), on: connection).origin == "https://" + host)
    }
}
