@testable import DatadogClient
import Foundation
import Testing

@Suite("The configuration", .timeLimit(.minutes(10)))
struct ConfigurationTests {
    @Test("comes from the environment")
    func environment() throws {
        let configuration = try Configuration(
            environment: ["DD_SITE": "us3.datadoghq.com", "DD_API_KEY": "a", "DD_APP_KEY": "b"]
        )
        #expect(configuration.site == .us3)
        #expect(configuration.apiKey == Secret("a"))
        #expect(configuration.applicationKey == Secret("b"))
        let empty = try Configuration(environment: ["DD_SITE": "", "DD_API_KEY": ""])
        #expect(empty.site == .us1)
        #expect(empty.apiKey == nil)
    }

    @Test(
        "knows all sites, and any URL",
        arguments: [
            ("datadoghq.com", "https://api.datadoghq.com"), ("us3.datadoghq.com", "https://api.us3.datadoghq.com"),
            ("us5.datadoghq.com", "https://api.us5.datadoghq.com"), ("datadoghq.eu", "https://api.datadoghq.eu"),
            ("uk1.datadoghq.com", "https://api.uk1.datadoghq.com"),
            ("ap1.datadoghq.com", "https://api.ap1.datadoghq.com"),
            ("ap2.datadoghq.com", "https://api.ap2.datadoghq.com"), ("ddog-gov.com", "https://api.ddog-gov.com"),
            ("us2.ddog-gov.com", "https://api.us2.ddog-gov.com"),
            ("http://127.0.0.1:8480/", "http://127.0.0.1:8480"),
            ("https://keys.example/base", "https://keys.example/base"),
        ]
    )
    func sites(_ name: String, _ prefix: String) throws {
        #expect(try Configuration(environment: ["DD_SITE": name]).site.prefix == prefix)
    }

    @Test(
        "refuses a site that would get the keys by mistake",
        arguments: ["datadoghq.co", "example.com", "localhost:8480"]
    )
    func mistakes(_ name: String) {
        #expect {
            try Configuration(environment: ["DD_SITE": name])
        } throws: { error in
            (error as? DatadogError)?.code == .configuration
        }
    }

    @Test(
        "refuses URLs that no path can follow",
        arguments: ["ftp://a", "https://u:p@a", "https://a?b=c", "https://a#b", "https:///x"]
    )
    func urls(_ text: String) async throws {
        let transport = FakeTransport("{}")
        let site = Site(baseURL: try #require(URL(string: text)))
        let client = Client(Configuration(site: site, apiKey: nil, applicationKey: nil), transport: transport)
        #expect(await failure { try await client.users.current() }?.code == .configuration)
        #expect(await transport.requests.isEmpty)
    }
}
