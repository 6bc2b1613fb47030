import Documents
import HTTPServer
import KeywayServer
import NetworkTypes
import Testing
import UpstreamTesting

@Suite("An act with a token that was issued for it")
struct ActTokenTests {
    private static let credentials = #"""
        "type":"AzureTenant","app_client_id":"client","client_secret":"\#(Bodies.marker)","tenant_id":"tenant"
        """#

    /// A connection whose tokens come from the upstream that it leads to.
    private func connection(to upstream: ControlledUpstream, _ fixture: Fixture) async throws -> String {
        let id = try await fixture.create(Bodies.connection(type: "Azure", credentials: Self.credentials))
        let members = #""authority":"\#(upstream.url)","management_url":"\#(upstream.url)","custom_domain":true"#
        let answer = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(members))
        try #require(answer.status == 200, "\(answer.text)")
        return id
    }

    private func issueToken(_ token: String, by upstream: ControlledUpstream) async throws {
        let body = #"{"token_type":"Bearer","expires_in":3600,"access_token":"\#(token)"}"#
        let headers: [HeaderField] = [.init(name: "Content-Type", value: "application/json")]
        try await upstream.next().send(Response(status: 200, headers: headers, body: Array(body.utf8)))
    }

    @Test(
        "is sent once more with another when the first is refused, however the refusal ends",
        arguments: [5, 300_000]
    )
    func renewed(_ length: Int) async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await connection(to: upstream, fixture)
        async let acting = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        try await issueToken("first-token-of-two", by: upstream)
        // Longer than is read for nothing, or broken off before its end.
        let start = Array(repeating: UInt8(ascii: "x"), count: length / 2)
        try await upstream.next().sendBroken(start, of: length, status: 401)
        try await issueToken("second-token-of-two", by: upstream)
        try await upstream.next().send(Response(status: 200, body: Array("done second-token-of-two".utf8)))
        let answer = try await acting
        #expect(answer.status == 200)
        #expect(answer.text == "done [keyway:redacted]")
        let outcome = try #require(try fixture.events().last?["details"])
        #expect(outcome["status"] == 200)
        #expect(outcome["error"] == nil)
    }

    @Test("passes on a second refusal")
    func refusedTwice() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await connection(to: upstream, fixture)
        async let acting = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        for token in ["first-token-of-two", "second-token-of-two"] {
            try await issueToken(token, by: upstream)
            try await upstream.next().send(Response(status: 401, body: Array("no".utf8)))
        }
        let answer = try await acting
        #expect(answer.status == 401)
        #expect(answer.text == "no")
        #expect(answer.keywayError == nil)
        #expect(upstream.waiting == 0)
    }

    @Test("is not sent when none is issued, and says so")
    func notIssued() async throws {
        let fixture = try await Fixture()
        let upstream = try ControlledUpstream()
        defer { upstream.stop() }
        let id = try await connection(to: upstream, fixture)
        async let acting = fixture.send(.get, Paths.act(id, "/"), as: fixture.admin)
        let body = Array(#"{"error":"invalid_client","error_description":"no \#(Bodies.marker)"}"#.utf8)
        try await upstream.next().send(Response(status: 401, body: body))
        let answer = try await acting
        expectErrors(in: answer, status: 502)
        #expect(answer.keywayError == "authentication_failed")
        #expect(!answer.text.contains(Bodies.marker))
        #expect(upstream.waiting == 0)
    }
}
