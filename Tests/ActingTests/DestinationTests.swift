import Acting
import Connections
import Documents
import Testing

@Suite("Where a request goes", .timeLimit(.minutes(10)))
struct DestinationTests {
    private static func origin(_ connection: ActConnection.Stored) throws -> String {
        try Sample.planner().plan(Sample.request("GET", "/oauth2/x"), on: connection).origin
    }

    private static func derived(_ type: String, _ host: String, settings: JSONValue? = nil) -> ActConnection.Stored {
        switch type {
        case "Okta": Sample.connection(type, "OktaAPIToken", ["domain": .string(host)], settings: settings)
        case "Freshservice":
            Sample.connection(type, "FreshserviceAPIKey", ["domain": .string(host)], settings: settings)
        case "Datadog": Sample.connection(type, "DatadogAPIKey", ["datacenter": .string(host)], settings: settings)
        default:
            Sample.connection(
                type,
                "ServiceNowBasicAuth",
                ["instance": .string(host), "username": "u"],
                settings: settings
            )
        }
    }

    @Test(
        "is derived from what the connection says",
        arguments: [
            ("Okta", "acme.okta.com", "https://acme.okta.com"),
            ("Okta", "https://ACME.Okta.com/", "https://acme.okta.com"),
            ("Okta", "http://acme.okta.com", "https://acme.okta.com"),
            ("Okta", "acme-admin.okta.com", "https://acme.okta.com"),
            ("Okta", "acme-admin.oktapreview.com", "https://acme.oktapreview.com"),
            ("Okta", "acme.okta-emea.com", "https://acme.okta-emea.com"),
            ("Okta", "acme.okta.com:8443", "https://acme.okta.com:8443"),
            ("Freshservice", "acme.freshservice.com", "https://acme.freshservice.com"),
            ("ServiceNow", "acme", "https://acme.service-now.com"),
            ("ServiceNow", "acme.service-now.com", "https://acme.service-now.com"),
            ("Datadog", "us1.datadoghq.com", "https://api.datadoghq.com"),
            ("Datadog", "datadoghq.com", "https://api.datadoghq.com"),
            ("Datadog", "us3.datadoghq.com", "https://api.us3.datadoghq.com"),
            ("Datadog", "ap1.datadoghq.com", "https://api.ap1.datadoghq.com"),
            ("Datadog", "datadoghq.eu", "https://api.datadoghq.eu"),
            ("Datadog", "eu1.datadoghq.eu", "https://api.datadoghq.eu"),
            ("Datadog", "ddog-gov.com", "https://api.ddog-gov.com"),
            ("Datadog", "us1.ddog-gov.com", "https://api.ddog-gov.com"),
        ]
    )
    func derives(type: String, host: String, origin: String) throws {
        #expect(try Self.origin(Self.derived(type, host)) == origin)
    }

    @Test(
        "is the vendor's, unless a custom domain is allowed",
        arguments: [
            ("Okta", "evil.example"), ("Okta", "okta.com"), ("Okta", "acme.okta.com.evil.example"),
            ("Okta", "evil-okta.com"), ("Okta", "127.0.0.1"), ("Okta", "[::1]"), ("Okta", "id.acme.example"),
            ("Freshservice", "acme.freshservice.co"), ("Freshservice", "evilfreshservice.com"),
            ("ServiceNow", "evil.example"), ("ServiceNow", "acme.service-now.com.evil.example"),
            ("Datadog", "evil.example"), ("Datadog", "datadoghq.com.evil.example"),
        ]
    )
    func pinned(type: String, host: String) throws {
        let refused = code { () throws(ActRefusal) in
            _ = try Sample.planner().plan(Sample.request(), on: Self.derived(type, host))
        }
        #expect(refused == .destinationNotAllowed)
        let refusedStill = code { () throws(ActRefusal) in
            let connection = Self.derived(type, host, settings: ["custom_domain": false])
            _ = try Sample.planner().plan(Sample.request(), on: connection)
        }
        #expect(refusedStill == .destinationNotAllowed)
        let allowed = Self.derived(type, host, settings: ["custom_domain": true])
        #expect(try Self.origin(allowed).hasSuffix(host))
    }

    @Test(
        "is what the settings say",
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "/x"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080", "/x"),
            ("https://Proxy.example:443/Open/AI", "https://proxy.example", "/Open/AI/x"),
            ("https://proxy.example/openai/", "https://proxy.example", "/openai/x"),
            ("https://[::1]:8443/a", "https://[::1]:8443", "/a/x"),
        ]
    )
    func overridden(url: String, origin: String, path: String) throws {
        let openAI = Sample.openAI(settings: ["base_url": .string(url)])
        let act = try Sample.planner().plan(Sample.request("GET", "/x"), on: openAI)
        #expect(act.origin == origin)
        #expect(act.path == path)
        #expect(act.pathBelowBase == "/x")
        // Where hosts are derived, they are pinned here too.
        let refused = code { () throws(ActRefusal) in
            let connection = Self.derived("Okta", "acme.okta.com", settings: ["base_url": .string(url)])
            _ = try Sample.planner().plan(Sample.request(), on: connection)
        }
        #expect(refused == .destinationNotAllowed)
        let custom: JSONValue = ["base_url": .string(url), "custom_domain": true]
        #expect(try Self.origin(Self.derived("Okta", "acme.okta.com", settings: custom)) == origin)
    }

    @Test("may have another path at the vendor's own host without allowance")
    func ownHost() throws {
        let settings: JSONValue = ["base_url": "https://acme.okta.com/v1"]
        let connection = Self.derived("Okta", "acme.okta.com", settings: settings)
        #expect(try Sample.planner().plan(Sample.request("GET", "/models"), on: connection).path == "/v1/models")
    }

    @Test(
        "is refused where a base URL is none",
        arguments: ["", "x", "ftp://a.example", "https://u@a.example", "https://a/../b"]
    )
    func malformedBase(_ url: String) {
        let connection = Sample.connection(
            "HTTP",
            "HTTPTokenAuth",
            .object([]),
            integrationMembers: ["base_url": .string(url)]
        )
        let refused = code { () throws(ActRefusal) in _ = try Sample.planner().plan(Sample.request(), on: connection) }
        #expect(refused == .connectionNotUsable)
    }

    @Test(
        "of a host setting is pinned too",
        arguments: [
            ("Gitlab", "GitlabAPIKey", "gitlab.example.com"), ("LaunchDarkly", "LaunchDarklyAPIKey", "evil.example"),
        ]
    )
    func hostSettings(integration: String, type: String, host: String) throws {
        let members: JSONValue = ["api_token": ""]
        let refused = code { () throws(ActRefusal) in
            let connection = Sample.connection(integration, type, members, settings: ["host": .string(host)])
            _ = try Sample.planner().plan(Sample.request(), on: connection)
        }
        #expect(refused == .destinationNotAllowed)
        let settings: JSONValue = ["host": .string(host), "custom_domain": true]
        let connection = Sample.connection(integration, type, members, settings: settings)
        #expect(try Self.origin(connection) == "https://\(host)")
    }

    @Test("is refused for what this version does not know, and for what a connection lacks")
    func unknown() {
        for connection in [
            Sample.connection("Unknown", "OpenAIAPIKey", ["api_token": ""]),
            Sample.connection("OpenAI", "Unknown", ["api_token": ""]),
            Sample.connection("Okta", "OktaAPIToken", ["api_token": ""]),
            Sample.connection("Split", "SplitAPIKey", ["api_key": ""], settings: ["authentication_style": "basic"]),
        ] {
            let refused = code { () throws(ActRefusal) in
                _ = try Sample.planner().plan(Sample.request(), on: connection)
            }
            #expect(refused == .connectionNotUsable)
        }
    }
}
