import DatadogClient
import Documents
import JSONReading
import Testing
import TestSupport

@testable import KeywayCommands

/// Any two of some documents of one kind; the schema that a server reads requests with is the judge of what is sent.
@Suite("The difference of two documents")
struct DocumentDifferenceTests {
    private static func http(_ credentials: String, base: String = "https://api.example.com/v1", rest: String = "")
        -> String
    {
        StateSamples.connection(
            "x",
            #"{"type":"HTTP","base_url":"\#(base)","credentials":{"type":"HTTPTokenAuth"\#(credentials)}}"#,
            rest: rest
        )
    }

    static let connections = [
        http(""),
        http(#","tokens":[],"headers":[]"#),
        http(#","tokens":[{"name":"a","type":"SECRET"},{"name":"b","type":"SECRET"}]"#),
        http(
            #","tokens":[{"name":"b","type":"SECRET"},{"name":"c","type":"SECRET"}]"#,
            base: "https://other.example.com"
        ),
        http(#","headers":[{"name":"X-A","value":"1"},{"name":"X-B","value":"2"}],"body":{"content":"{}"}"#),
        http(
            #","headers":[{"name":"X-B","value":"2"},{"name":"x-a","value":"1"}],"body":{"content_type":"text/plain"}"#
        ),
        http(
            #","url_parameters":[{"name":"é/~","value":""}]"#,
            base: "https://api.example.com/v2",
            rest: #","tags":["a:b"]"#
        ),
    ]

    static let credentials = [
        StateSamples.connection(
            "x",
            #"{"type":"Cloudflare","credentials":{"type":"CloudflareAPIToken"}}"#
        ),
        StateSamples.connection(
            "y",
            #"{"type":"Cloudflare","credentials":{"type":"CloudflareGlobalAPIToken","auth_email":"a@b.c"}}"#
        ),
    ]

    static let optionals = [
        StateSamples.connection(
            "x",
            #"{"type":"Azure","credentials":{"type":"AzureTenant","app_client_id":"a","tenant_id":"t"}}"#
        ),
        StateSamples.connection(
            "x",
            #"""
            {"type":"Azure","credentials":{"type":"AzureTenant","app_client_id":"b","tenant_id":"t",\#
            "custom_scopes":"api://x/.default"}}
            """#
        ),
    ]

    static let accounts = [
        StateSamples.account(#"{"role_name":"R"}"#),
        StateSamples.account(#"{"role_name":"S"}"#, #","aws_regions":{"include_only":[]},"account_tags":["a:b"]"#),
        StateSamples.account(
            #"{"role_name":"S"}"#,
            #"""
            ,"aws_regions":{"include_only":["eu-central-1"]},"metrics_config":{"enabled":false,\#
            "namespace_filters":{"include_only":["AWS/EC2"]},"tag_filters":[{"namespace":"AWS/EC2","tags":["a:b"]}],\#
            "metric_name_filters":[{"namespace":"AWS/EC2","include_only":["CPU*"]}]}
            """#
        ),
        StateSamples.account(
            #"{"role_name":"R"}"#,
            #"""
            ,"metrics_config":{"collect_custom_metrics":true,"namespace_filters":{"exclude_only":[]},\#
            "metric_name_filters":[{"namespace":"AWS/EC2","include_only":["CPU*"]}]},\#
            "traces_config":{"xray_services":{"include_all":true}},\#
            "logs_config":{"lambda_forwarder":{"sources":["s3"]}},\#
            "resources_config":{"cloud_security_posture_management_collection":true}
            """#
        ),
    ]

    static let accessKeys = [
        StateSamples.account(#"{"access_key_id":"AKIAIOSFODNN7EXAMPLE"}"#),
        StateSamples.account(#"{"access_key_id":"AKIAIOSFODNN7EXAMPL2"}"#),
    ]

    static let groups = [connections, credentials, optionals, accounts, accessKeys]
    static let all = groups.flatMap { $0 }
    static let pairs = groups.flatMap { group in group.flatMap { one in group.map { (one, $0) } } }

    /// Applies a request as a server does, and returns the attributes, without what only looks different.
    private static func result(of difference: DocumentDifference, on stored: StateDocument?, kind: StateKind) throws
        -> Documents.JSONValue?
    {
        let secrets = Dictionary(uniqueKeysWithValues: difference.neededSecrets.map { ($0, Secret("a secret")) })
        let request = RequestBody.json(difference.attributes, secrets: secrets)
        let sent: Documents.JSONValue = [
            "data": [
                "type": .string(kind.schema.type),
                "attributes": try JSONReader.read([UInt8](request.data))["attributes"] ?? .null,
            ]
        ]
        let id = Identifier(high: 1, low: 1)
        guard let stored else {
            return try kind.schema.create(sent, id: id) { _ in "" }.document["attributes"]
        }
        return try kind.schema.update(sent, id: id, of: ["attributes": stored.attributes]) { _ in "" }
            .document["attributes"]
    }

    @Test("from nothing is a create that makes the document", arguments: all)
    func creates(_ text: String) throws {
        let document = try StateSamples.document(text)
        let difference = DocumentDifference(from: nil, to: document)
        #expect(difference.neededSecrets == document.slots.map(\.address))
        #expect(try Self.result(of: difference, on: nil, kind: document.kind) == document.attributes)
    }

    @Test("is an update that makes the one the other", arguments: pairs)
    func updates(_ one: String, _ other: String) throws {
        let (current, desired) = (try StateSamples.document(one), try StateSamples.document(other))
        let difference = DocumentDifference(from: current, to: desired)
        if difference.isEmpty {
            #expect(current.attributes.withoutEmptyLists == desired.attributes.withoutEmptyLists)
            return
        }
        let result = try Self.result(of: difference, on: current, kind: desired.kind)
        #expect(result?.withoutEmptyLists == desired.attributes.withoutEmptyLists)
    }

    @Test("of a document and itself is none", arguments: all)
    func isEmptyForTheSame(_ text: String) throws {
        let document = try StateSamples.document(text)
        #expect(DocumentDifference(from: document, to: document).isEmpty)
    }

    @Test(
        "asks for the secrets that are new, or would go elsewhere, and for no other",
        arguments: [
            (connections[0], connections[2], ["tokens/a/value", "tokens/b/value"]),
            (connections[2], connections[4], []),
            (connections[2], connections[3], ["tokens/b/value", "tokens/c/value"]),
            (connections[4], connections[6], []),
            (credentials[0], credentials[1], ["global_api_key"]),
            (optionals[0], optionals[1], []),
        ]
    )
    func asksForSecrets(_ one: String, _ other: String, _ secrets: [String]) throws {
        let difference = DocumentDifference(
            from: try StateSamples.document(one),
            to: try StateSamples.document(other)
        )
        #expect(difference.neededSecrets == secrets.map { "integration/credentials/\($0)" })
    }

    @Test("asks for the secret access key of another access key")
    func asksForSecretAccessKey() throws {
        let documents = try Self.accessKeys.map(StateSamples.document)
        let difference = DocumentDifference(from: documents[0], to: documents[1])
        #expect(difference.neededSecrets == ["auth_config/secret_access_key"])
    }

    @Test(
        "refuses what no request can change",
        arguments: [
            (connections[0], credentials[0], "/data/attributes/integration/type"),
            (accounts[0], accessKeys[0], "/data/attributes/auth_config"),
            (
                accounts[0], accounts[0].replacingOccurrences(of: "123456789012", with: "123456789013"),
                "/data/attributes/aws_account_id"
            ),
        ]
    )
    func refuses(_ one: String, _ other: String, _ pointer: String) throws {
        let difference = DocumentDifference(
            from: try StateSamples.document(one),
            to: try StateSamples.document(other)
        )
        #expect(difference.refusals.map(\.pointer) == [pointer])
    }
}

extension Documents.JSONValue {
    /// The value without members that are empty lists: one that is not there says the same.
    fileprivate var withoutEmptyLists: Self {
        switch self {
        case .array(let elements): .array(elements.map(\.withoutEmptyLists))
        case .object(let members):
            .object(members.filter { $0.value != [] }.map { .init($0.name, $0.value.withoutEmptyLists) })
        default: self
        }
    }
}

extension String {
    fileprivate func replacingOccurrences(of text: String, with other: String) -> String {
        split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
    }
}
