import DatadogClient
import Foundation
import Testing

@Suite("What the library does not know", .timeLimit(.minutes(10)))
struct UnknownValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Data(text.utf8)) }

    @Test(
        "decodes to a case of its own, and encodes back to the same bytes",
        arguments: [
            #"{"type":"Teleporter","credentials":{"type":"TeleporterKey","n":1.50,"big":123456789012345678901,"z":[]},"a":null}"#,
            #"{"credentials":{}}"#,
            #"{"type":7}"#,
        ]
    )
    func integration(_ text: String) throws {
        let integration = try Integration(json: parse(text))
        guard case .unknown(let value) = integration else {
            Issue.record("known: \(integration)")
            return
        }
        #expect(value.type == (text.contains("Teleporter\"") ? "Teleporter" : nil))
        #expect(String(decoding: integration.json.data, as: UTF8.self) == text)
    }

    @Test("may be a new way to authenticate at a known system")
    func credentials() throws {
        let text = #"{"type":"OpenAI","credentials":{"type":"OpenAIOAuth","client_id":"x"}}"#
        let integration = try Integration(json: parse(text))
        guard case .openAI(.unknown(let value)) = integration else {
            Issue.record("known: \(integration)")
            return
        }
        #expect(value.type == "OpenAIOAuth")
        #expect(String(decoding: integration.json.data, as: UTF8.self) == text)
    }

    @Test("may be one value of many")
    func values() throws {
        #expect(HTTPTokenType(json: "SECRET") == .secret)
        #expect(HTTPTokenType(json: "PUBLIC") == .unknown(UnknownValue(json: "PUBLIC")))
        #expect(AWSPartition(json: "aws-moon").json == "aws-moon")
        let regions = try AWSRegions(json: parse(#"{"include_none":true}"#))
        #expect(regions == .unknown(UnknownValue(json: ["include_none": true])))
        #expect(regions.json == ["include_none": true])
    }

    @Test("does not show when it is printed: it may hold secrets")
    func printing() throws {
        let integration = try Integration(json: parse(#"{"type":"New","token":"marker"}"#))
        var dumped = ""
        dump(integration, to: &dumped)
        #expect(!dumped.contains("marker"))
        #expect("\(integration)".contains("unknown(New)"))
        #expect(!String(reflecting: integration).contains("marker"))
    }
}
