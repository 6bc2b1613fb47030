import Documents
import Testing

@testable import Acting

@Suite("The place of the web that a connection reaches")
struct BoundAddressTests {
    private static func addresses(_ stored: ActConnection.Stored) throws -> [BoundAddress] {
        let planner = Sample.planner()
        return planner.boundAddresses(of: try planner.connection(stored))
    }

    private static func http(_ url: String) -> ActConnection.Stored {
        Sample.connection("HTTP", "HTTPTokenAuth", [:], integrationMembers: ["base_url": .string(url)])
    }

    @Test(
        "is a host, a port and a base path",
        arguments: [
            ("https://api.example.test", "/x", "/x"), ("https://api.example.test/", "/x", "/x"),
            ("https://api.example.test/v1", "/v1/x", "/x"), ("https://api.example.test/v1", "/v1", ""),
            ("https://api.example.test/v1", "/v1/", "/"), ("https://api.example.test/v1/", "/v1/x", "/x"),
            ("https://api.example.test/v1/", "/v1/", "/"), ("https://api.example.test/v1", "/v1/v1/x", "/v1/x"),
        ]
    )
    func below(_ url: String, _ path: String, _ rest: String) throws {
        let stored = Self.http(url)
        let address = try #require(try Self.addresses(stored).first)
        #expect(address.includes("api.example.test", port: 443))
        #expect(!address.includes("api.example.test", port: 8_443))
        #expect(!address.includes("x.api.example.test", port: 443))
        #expect(address.path(for: path, at: "api.example.test") == rest)
        // The plan of that rest leads to just what was asked for.
        let arrival = ThirdPartyArrival(origin: "https://api.example.test", addsCredentials: true)
        let plan = try Sample.planner().plan(ActRequest(method: "GET", path: rest, arrival: arrival), on: stored)
        #expect(plan.origin + plan.path == "https://api.example.test" + path)
    }

    @Test("has no path beside its base path", arguments: ["/", "/v", "/v11", "/v1x/y", "/V1/x", "/%761/x", "/v2/v1"])
    func beside(_ path: String) throws {
        let address = try #require(try Self.addresses(Self.http("https://api.example.test/v1")).first)
        #expect(address.path(for: path, at: "api.example.test") == nil)
    }

    @Test(
        "is none of plain HTTP, and none of an IP address",
        arguments: ["http://api.example.test", "https://127.0.0.1", "https://[::1]:8443/x"]
    )
    func others(_ url: String) throws {
        #expect(try Self.addresses(Self.http(url)).isEmpty)
    }

    @Test(
        "is below each base path of the integration's own, which requests bring",
        arguments: ["/api/v2/me", "/api/v2", "/api/v2/api/v2/me", "/api/v2/v2/x", "/api/v1.1/me", "/api/v1.1/v1.1/x"]
    )
    func own(_ path: String) throws {
        let stored = Sample.connection("CircleCI", "CircleCIAPIKey", ["api_token": ""])
        let fit = try Self.addresses(stored).compactMap { $0.path(for: path, at: "circleci.com") }
        let below = try #require(fit.first)
        #expect(fit.count == 1)
        let arrival = ThirdPartyArrival(origin: "https://circleci.com", addsCredentials: true)
        let plan = try Sample.planner().plan(ActRequest(method: "GET", path: below, arrival: arrival), on: stored)
        #expect(plan.path == path)
    }

    @Test("is refused by a plan that leads elsewhere")
    func elsewhere() throws {
        let arrival = ThirdPartyArrival(origin: "https://other.example.test", addsCredentials: true)
        let request = ActRequest(method: "GET", path: "/x", arrival: arrival)
        #expect(throws: ActRefusal.self) {
            try Sample.planner().plan(request, on: Self.http("https://api.example.test"))
        }
    }

    @Test("takes no request without a credential, unless one is to be added")
    func credentials() throws {
        let origin = "https://api.openai.com"
        func plan(_ headers: [FoldedHeader], adding: Bool) throws -> PlannedAct {
            let arrival = ThirdPartyArrival(origin: origin, addsCredentials: adding)
            let request = ActRequest(method: "GET", path: "/v1/models", headers: headers, arrival: arrival)
            return try Sample.planner().plan(request, on: Sample.openAI())
        }
        let dummy = [FoldedHeader(name: "Authorization", value: "Bearer dummy")]
        #expect(try plan(dummy, adding: false).origin == origin)
        #expect(try plan([], adding: true).origin == origin)
        #expect(throws: ActRefusal.self) { try plan([], adding: false) }
        #expect(throws: ActRefusal.self) { try plan([FoldedHeader(name: "X-Other", value: "x")], adding: false) }
    }
}
