@testable import DatadogClient
import Foundation
import Testing

@Suite("A secret", .timeLimit(.minutes(10)))
struct SecretTests {
    private let marker = "marker-of-a-secret"

    private var connection: NewConnection {
        NewConnection(
            name: "n",
            integration: .http(
                HTTPIntegration(
                    baseURL: "https://example.com",
                    credentials: .tokenAuth(HTTPTokenAuth(tokens: [HTTPToken(name: "t", value: Secret(marker))]))
                )
            )
        )
    }

    @Test("does not show in texts, mirrors and dumps of what holds it")
    func printing() {
        let secret = Secret(marker)
        var texts = [
            "\(secret)", String(reflecting: secret), "\([secret])", "\(connection)", String(describing: [1: secret]),
        ]
        for value in [secret, connection, Configuration(apiKey: secret, applicationKey: secret)] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            texts.append(dumped)
            texts.append(String(reflecting: value))
        }
        for (index, text) in texts.enumerated() {
            let shows = text.contains(marker)
            #expect(!shows, "text \(index)")
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("is left out by every encoder but the client's own")
    func encoding() throws {
        let encoded = String(decoding: try JSONEncoder().encode(connection), as: UTF8.self)
        #expect(!encoded.contains(marker) && encoded.contains(#""value":"""#))
        #expect(try JSONEncoder().encode([Secret(marker)]) == Data(#"[""]"#.utf8))
        let described = String(decoding: connection.json.data, as: UTF8.self)
        #expect(!described.contains(marker))
        let sent = String(decoding: connection.json(secrets: .revealed).data, as: UTF8.self)
        let isSent = sent.contains(marker)
        #expect(isSent)
    }

    @Test("decodes from documents of one's own")
    func decoding() throws {
        let text =
            #"{"type":"action_connection","attributes":{"name":"n","integration":{"type":"OpenAI","credentials":{"type":"OpenAIAPIKey","api_token":"marker"}}}}"#
        let connection = try JSONDecoder().decode(NewConnection.self, from: Data(text.utf8))
        guard case .openAI(.apiKey(let key)) = connection.integration else {
            Issue.record("not OpenAI")
            return
        }
        let isRead = key.apiToken == Secret("marker")
        #expect(isRead)
    }

    @Test("does not show in requests, answers and errors, not even where the server quotes it")
    func errors() async {
        let transport = FakeTransport(
            status: 400,
            headers: [("X-Request-Id", "r-\(Keys.api)")],
            #"{"errors":[{"title":"\#(Keys.application)","detail":"bad \#(marker) and \#(Keys.api)","source":{"pointer":"/\#(marker)"}},"\#(marker)"]}"#
        )
        let error = await failure { try await Client.faked(transport).connections.create(connection) }
        var dumped = ""
        dump(error, to: &dumped)
        for request in await transport.requests { dump(request, to: &dumped) }
        dumped += "\(String(describing: error))"
        #expect(!dumped.contains("marker"))
        #expect(error?.problems.count == 2)
        #expect(error?.problems.first?.detail == "bad <redacted> and <redacted>")
    }
}
