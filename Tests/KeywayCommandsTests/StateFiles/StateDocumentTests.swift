import Documents
import Testing

@testable import KeywayCommands

@Suite("A state file")
struct StateDocumentTests {
    /// The errors of a file, a line each.
    private static func issues(_ text: String) throws -> [String] {
        do {
            _ = try StateSamples.document(text)
            return []
        } catch let error as InvalidDocument {
            return error.problems.map { "\($0.pointer): \($0.detail)" }
        }
    }

    @Test(
        "tells all that is wrong with it",
        arguments: [
            ("[]", [": must be an object, not array"]),
            ("{}", ["/data/type: is required and must be \"action_connection\" or \"account\" or \"token_issuers\""]),
            (
                #"{"data":{"type":"ccm_config"},"date":1}"#,
                [
                    "/date: is not a member that a state file has; check the spelling",
                    "/data/type: is required and must be \"action_connection\" or \"account\" or \"token_issuers\"",
                ]
            ),
            (#"{"data":{"type":"account"}}"#, ["/data/attributes: is required"]),
            (
                StateSamples.connection("x", #"{"type":"Okta","credentials":{"type":"OktaAPIToken","domian":"a.b"}}"#),
                [
                    "/data/attributes/integration/credentials/domian: is not a member that this object has; check the "
                        + "spelling",
                    "/data/attributes/integration/credentials/domain: is required",
                ]
            ),
            (
                StateSamples.openAI("x", id: "x"),
                ["/data/id: must be an id that the server gave, or be left out"]
            ),
            (
                #"{"included":[],\#(StateSamples.openAI("x").dropFirst())"#,
                ["/included: may only be a list of one ccm_config, in the file of an AWS account"]
            ),
            (
                #"""
                {"included":[{"type":"ccm_config","attributes":{"data_export_configs":[{"report_name":1}]}}],\#

                """# + StateSamples.account(#"{"role_name":"R"}"#).dropFirst(),
                [
                    "/included/0/attributes/data_export_configs/0/report_name: must be a string, not number",
                    "/included/0/attributes/data_export_configs/0/report_prefix: is required",
                    "/included/0/attributes/data_export_configs/0/report_type: is required",
                    "/included/0/attributes/data_export_configs/0/bucket_name: is required",
                    "/included/0/attributes/data_export_configs/0/bucket_region: is required",
                ]
            ),
        ]
    )
    func tellsIssues(_ text: String, _ issues: [String]) throws {
        #expect(try Self.issues(text) == issues)
    }

    @Test(
        "with a secret in it is refused, and the secret is not told",
        arguments: [
            (
                StateSamples.connection(
                    "x",
                    #"{"type":"OpenAI","credentials":{"type":"OpenAIAPIKey","api_token":"hunter2"}}"#
                ),
                "/data/attributes/integration/credentials/api_token"
            ),
            (
                StateSamples.connection(
                    "x",
                    #"""
                    {"type":"HTTP","base_url":"https://a.b","credentials":{"type":"HTTPTokenAuth",\#
                    "tokens":[{"name":"a/b","type":"SECRET","value":"hunter2"}]}}
                    """#
                ),
                "/data/attributes/integration/credentials/tokens/0/value"
            ),
            (
                StateSamples.account(#"{"access_key_id":"AKIAIOSFODNN7EXAMPLE","secret_access_key":"hunter2"}"#),
                "/data/attributes/auth_config/secret_access_key"
            ),
        ]
    )
    func refusesSecrets(_ text: String, _ pointer: String) throws {
        let issues = try Self.issues(text)
        #expect(issues.count == 1)
        #expect(issues[0].hasPrefix("\(pointer): holds a secret"))
        #expect(!issues[0].contains("hunter2"))
    }

    @Test("knows where its secrets belong")
    func knowsSlots() throws {
        let document = try StateSamples.document(
            StateSamples.connection(
                "x",
                #"""
                {"type":"HTTP","base_url":"https://a.b","credentials":{"type":"HTTPTokenAuth",\#
                "tokens":[{"name":"one","type":"SECRET"},{"name":"a/b","type":"SECRET","value":""}]}}
                """#
            )
        )
        #expect(
            document.slots.map(\.address) == [
                "integration/credentials/tokens/one/value", "integration/credentials/tokens/a~1b/value",
            ]
        )
        #expect(
            document.slots.map(\.pointer) == [
                "/data/attributes/integration/credentials/tokens/0/value",
                "/data/attributes/integration/credentials/tokens/1/value",
            ]
        )
        #expect(document.slots.map { $0.isNamed("one/value") } == [true, false])
        #expect(document.slots.map { $0.isNamed("value") } == [true, true])
        #expect(document.slots.map { $0.isNamed("lue") } == [false, false])
    }

    @Test("may carry what a server issued, and says the same without it")
    func ignoresIssuedFields() throws {
        let exported = try StateSamples.document(
            StateSamples.account(
                #"{"role_name":"R","external_id":"0123456789abcdef0123456789abcdef"}"#,
                #","created_at":"2026-01-01T00:00:00Z","modified_at":"2026-01-01T00:00:00Z""#
            )
        )
        let written = try StateSamples.document(StateSamples.account(#"{"role_name":"R"}"#))
        #expect(exported.attributes == written.attributes)
    }
}
