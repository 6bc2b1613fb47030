import Connections
import Documents
import Testing
import TestSupport

@Suite("The destination of a connection's secrets")
struct DestinationTests {
    private func destination(_ body: JSONValue) throws -> DocumentDestination {
        DocumentSchema.connection.destination(of: try create(body).document)
    }

    @Test("is the integration and the members that decide it", arguments: CredentialFacts.all)
    func parts(_ facts: CredentialFacts) throws {
        let pointers = try destination(Sample.body(facts)).parts.map(\.pointer)
        let members = facts.destination.map { name in
            "\(facts.integrationFields.contains(name) ? Place.integration : Place.credentials)/\(name)"
        }
        #expect(Set(pointers) == Set(members + ["\(Place.integration)/type"]))
        #expect(pointers.count == members.count + 1)
    }

    @Test("changes with the members that decide it, and with no other text", arguments: OpenText.all)
    func changes(_ text: OpenText) throws {
        let stored = try text.facts.stored()
        let updated = try update(stored, by: text.patch(.string(text.other))).document
        let schema = DocumentSchema.connection
        let isSame = schema.destination(of: stored) == schema.destination(of: updated)
        #expect(isSame == !text.facts.destination.contains(text.name))
    }

    @Test("stays when name, tags or secrets change", arguments: CredentialFacts.all)
    func stays(_ facts: CredentialFacts) throws {
        let body = Sample.body(facts)
        var changed = body.with(Place.name, "Other").with("\(Place.attributes)/tags", ["other:one"])
        for name in facts.secrets { changed = changed.with("\(Place.credentials)/\(name)", "other") }
        #expect(try destination(changed) == destination(body))
    }

    @Test("differs between any two integrations")
    func integrations() throws {
        let destinations = try CredentialFacts.all.filter { $0.type != "CloudflareGlobalAPIToken" }.map {
            try destination(Sample.body($0)).text
        }
        #expect(Set(destinations).count == 24)
    }

    @Test("stays when Cloudflare's credentials are switched")
    func credentialSwitch() throws {
        let token = try destination(Sample.body(.of("CloudflareAPIToken")))
        #expect(try destination(Sample.body(.of("CloudflareGlobalAPIToken"))) == token)
    }

    @Test("stays when HTTP's headers, parameters or body change")
    func httpParts() throws {
        let body = Sample.body(.of("HTTPTokenAuth"))
        let changed = body.with("\(Place.credentials)/headers/0/name", "Host")
            .with("\(Place.credentials)/url_parameters", [])
            .with("\(Place.credentials)/body", nil)
        #expect(try destination(changed) == destination(body))
    }

    @Test(
        "is scheme, host and port of a base URL",
        arguments: [
            ("https://example.com/api", "https://example.com/other", true),
            ("https://example.com", "https://example.com/", true),
            ("https://example.com", "HTTPS://Example.COM", true),
            ("https://example.com", "https://example.com:443/", true),
            ("http://example.com:80", "http://example.com", true),
            ("https://example.com/A", "https://example.com/a", true),
            ("https://example.com", "http://example.com", false),
            ("https://example.com", "https://example.com:8443", false),
            ("https://example.com:443", "http://example.com:443", false),
            ("https://example.com", "https://www.example.com", false),
            ("https://example.com", "https://example.com.evil.example", false),
            ("https://example.com/evil.example", "https://evil.example/example.com", false),
            ("https://[::1]", "https://[::2]", false),
        ]
    )
    func baseURL(_ old: String, _ new: String, isSame: Bool) throws {
        let body = Sample.body(.of("HTTPTokenAuth"))
        let pointer = "\(Place.integration)/base_url"
        let isEqual = try destination(body.with(pointer, .string(old))) == destination(body.with(pointer, .string(new)))
        #expect(isEqual == isSame)
    }

    @Test(
        "is a host name, whatever its case",
        arguments: [
            ("acme.okta.com", "ACME.Okta.com", true),
            ("acme.okta.com", "acme.oktapreview.com", false),
            ("acme.okta.com", "acme.okta.com:8443", false),
            ("https://acme.okta.com", "http://acme.okta.com", false),
        ]
    )
    func host(_ old: String, _ new: String, isSame: Bool) throws {
        for (type, name) in [
            ("OktaAPIToken", "domain"), ("FreshserviceAPIKey", "domain"), ("DatadogAPIKey", "datacenter"),
            ("ServiceNowBasicAuth", "instance"),
        ] {
            let body = Sample.body(.of(type))
            let pointer = "\(Place.credentials)/\(name)"
            let isEqual =
                try destination(body.with(pointer, .string(old))) == destination(body.with(pointer, .string(new)))
            #expect(isEqual == isSame, "\(type)")
        }
    }

    @Test("is written with a line for each part")
    func text() throws {
        let okta = Sample.body(.of("OktaAPIToken")).with("\(Place.credentials)/domain", "Acme.okta.com")
        let http = Sample.body(.of("HTTPTokenAuth")).with("\(Place.integration)/base_url", "HTTP://Example.com:8080/x")
        #expect(
            try destination(okta).text == """
                /data/attributes/integration/type=Okta
                /data/attributes/integration/credentials/domain=acme.okta.com
                """
        )
        #expect(
            try destination(http).text == """
                /data/attributes/integration/type=HTTP
                /data/attributes/integration/base_url=http://example.com:8080
                """
        )
    }
}
