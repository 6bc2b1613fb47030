import Connections
import Documents
import Testing
import TestSupport

@Suite("The settings of a connection")
struct SettingsTests {
    private static let id = Sample.id

    private func schema(_ type: String = "OpenAI") throws -> DocumentSchema {
        .settings(of: try #require(IntegrationCatalogue.all.first { $0.type == type }))
    }

    private static func body(_ attributes: JSONValue) -> JSONValue {
        ["data": ["type": "connection_settings", "attributes": attributes]]
    }

    private func put(_ attributes: JSONValue, of type: String = "OpenAI") throws -> JSONValue {
        try schema(type).create(Self.body(attributes), id: Self.id) { _ in "" }.document
    }

    private func faults(_ attributes: JSONValue, of type: String = "OpenAI") throws -> [String] {
        let schema = try schema(type)
        return problems { () throws(InvalidDocument) in
            try schema.create(Self.body(attributes), id: Self.id) { _ in "" }
        }.map { String($0.pointer.dropFirst("/data/attributes".count)) }
    }

    private static let rule: JSONValue = [
        "name": "models", "principals": ["user:01234567-89ab-7cde-8f01-23456789abcd"], "methods": ["GET", "POST"],
        "paths": ["/v1/models", "/v1/*/x", "/v1/**"],
        "body": [["pointer": "/model", "values": ["a", 1, true, .null]]],
    ]

    private static let full: JSONValue = [
        "base_url": "https://proxy.example/openai", "custom_domain": true, "probe_path": "/v1/models?limit=1",
        "mode": "observe", "rules": [rule], "concurrency": 7, "rate": 20,
    ]

    @Test(
        "has the connection's id, and a standard for what is not sent",
        arguments: IntegrationCatalogue.all.map(\.type)
    )
    func standards(_ type: String) throws {
        let document = try put(.object([]), of: type)
        #expect(document["id"] == .string(Self.id.description))
        #expect(document["type"] == "connection_settings")
        let attributes = try #require(document["attributes"])
        #expect(attributes["mode"] == "enforce")
        #expect(attributes["rules"] == [])
        #expect(attributes["concurrency"] == 100)
        #expect(attributes["rate"] == nil)
        #expect(attributes["custom_domain"] == (type == "AWS" ? nil : false))
    }

    @Test("is stored as it is sent")
    func stored() throws {
        let attributes = try #require(try put(Self.full)["attributes"])
        guard case .object(let members) = Self.full else { return }
        for member in members where !(member.name == "rules") {
            #expect(attributes[member.name.string] == member.value)
        }
        #expect(attributes.at("/rules/0")?.json == Self.rule.json)
    }

    @Test("names no host for AWS", arguments: ["base_url", "custom_domain"])
    func aws(_ name: String) throws {
        #expect(try faults(.object([.init(JSONText(name), Self.full[name] ?? .null)]), of: "AWS") == ["/\(name)"])
    }

    @Test(
        "points at what is wrong",
        arguments: [
            ("/base_url", "proxy.example", "/base_url"), ("/base_url", "https://a.example/?q", "/base_url"),
            ("/base_url", "ftp://a.example", "/base_url"), ("/base_url", "https://u@a.example", "/base_url"),
            ("/custom_domain", "true", "/custom_domain"), ("/probe_path", "v1/models", "/probe_path"),
            ("/probe_path", "/v1/models#a", "/probe_path"), ("/probe_path", "/a b", "/probe_path"),
            ("/probe_path", #"/a\b"#, "/probe_path"), ("/mode", "off", "/mode"), ("/mode", "", "/mode"),
            ("/concurrency", 0, "/concurrency"), ("/concurrency", 10_001, "/concurrency"),
            ("/concurrency", "5", "/concurrency"), ("/rate", 0, "/rate"), ("/rate", 100_001, "/rate"),
            ("/rate", .number(1.5), "/rate"), ("/time", 5, "/time"), ("/timeout", 0, "/timeout"),
            ("/timeout", 3_601, "/timeout"), ("/rules", .object([]), "/rules"),
            ("/rules/0/name", nil, "/rules/0/name"), ("/rules/0/name", "", "/rules/0/name"),
            ("/rules/0/path", ["/a"], "/rules/0/path"), ("/rules/0/paths", nil, "/rules/0/paths"),
            ("/rules/0/paths", [], "/rules/0/paths"), ("/rules/0/methods", [], "/rules/0/methods"),
            ("/rules/0/principals", [], "/rules/0/principals"),
            ("/rules/0/body/0/pointer", nil, "/rules/0/body/0/pointer"),
            ("/rules/0/body/0/values", nil, "/rules/0/body/0/values"),
            ("/rules/0/body/0/values", [], "/rules/0/body/0/values"),
            ("/rules/0/body/0/values", [[1]], "/rules/0/body/0/values/0"),
        ] as [(String, JSONValue?, String)]
    )
    func pointers(_ place: String, _ value: JSONValue?, expected: String) throws {
        #expect(try faults(Self.full.with(place, value)) == [expected])
    }

    @Test("has no two rules of one name")
    func ruleNames() throws {
        let other = Self.rule.with("/name", "others")
        #expect(try faults(["rules": [Self.rule, other]]) == [])
        #expect(try faults(["rules": [Self.rule, other, Self.rule]]) == ["/rules/2/name"])
    }

    static let texts: [(list: String, good: [String], bad: [String])] = [
        (
            "/rules/0/principals",
            ["role:01234567-89AB-7CDE-8F01-23456789ABCD", "org:00000000-0000-0000-0000-000000000000"],
            [
                "", "user", "user:", "team:01234567-89ab-7cde-8f01-23456789abcd",
                "user:0123456789ab7cde8f0123456789abcd",
                " user:01234567-89ab-7cde-8f01-23456789abcd", "user:01234567-89ab-7cde-8f01-23456789abcd:", "*",
            ]
        ),
        ("/rules/0/methods", ["GET", "OPTIONS"], ["", "get", "*", "TRACE", "GET POST", "GET\n"]),
        (
            "/rules/0/paths",
            ["/", "/a", "/a/", "/*", "/**", "/*/a/*/**", "/a%2Fb;c/..", "/a//b", #"/a\b"#, "/a:b@c"],
            ["", "a", "*", "/a*", "/*a", "/***", "/**/a", "/a?b", "/a#b", "/a b", "/é", "/a\n"]
        ),
        ("/rules/0/body/0/pointer", ["/a", "/", "/a/0/b~0~1", "/é "], ["", "a", "/~", "/a~2", "#/a"]),
    ]

    @Test("has rules whose texts are well formed", arguments: texts.indices)
    func ruleTexts(_ index: Int) throws {
        let (list, good, bad) = Self.texts[index]
        let isList = !list.hasSuffix("pointer")
        let schema = JSONSchema.body(of: try schema(), for: .create)
        for (text, isGood) in good.map({ ($0, true) }) + bad.map({ ($0, false) }) {
            let attributes = Self.full.with(list, isList ? [.string(text)] : .string(text))
            let expected = isGood ? [] : [isList ? "\(list)/0" : list]
            #expect(try faults(attributes) == expected, "\(text.debugDescription)")
            #expect(SchemaCheck.accepts(Self.body(attributes), schema) == isGood, "\(text.debugDescription)")
        }
    }

    @Test("is described by its schema", arguments: IntegrationCatalogue.all.map(\.type))
    func described(_ type: String) throws {
        let schema = try schema(type)
        let attributes =
            type == "AWS" ? Self.full.with("/base_url", nil).with("/custom_domain", nil) : Self.full
        for attributes in [attributes, .object([])] {
            #expect(SchemaCheck.accepts(Self.body(attributes), JSONSchema.body(of: schema, for: .create)))
            let answer: JSONValue = ["data": try put(attributes, of: type)]
            #expect(SchemaCheck.accepts(answer, JSONSchema.body(of: schema, for: .response)))
        }
        let wrong = Self.body(attributes.with("/concurrency", 0))
        #expect(!SchemaCheck.accepts(wrong, JSONSchema.body(of: schema, for: .create)))
    }
}

@Suite("The destination of a connection with settings")
struct SettingsDestinationTests {
    private func settings(_ attributes: JSONValue) -> JSONValue {
        ["id": "x", "type": "connection_settings", "attributes": attributes]
    }

    private func destination(_ facts: CredentialFacts, _ attributes: JSONValue?) throws -> String {
        let document = try create(Sample.body(facts)).document
        return DocumentSchema.connectionDestination(document: document, settings: attributes.map(settings)).text
    }

    @Test("is that of its document, unless a setting decides it", arguments: CredentialFacts.all)
    func unchanged(_ facts: CredentialFacts) throws {
        let alone = DocumentSchema.connection.destination(of: try create(Sample.body(facts)).document).text
        #expect(try destination(facts, nil) == alone)
        #expect(try destination(facts, .object([])) == alone)
        let others: JSONValue = [
            "custom_domain": true, "probe_path": "/a", "mode": "observe", "rules": [], "concurrency": 1, "rate": 1,
        ]
        #expect(try destination(facts, others) == alone)
    }

    @Test("is that of its base URL as well, by its origin")
    func baseURL() throws {
        let facts = CredentialFacts.of("OpenAIAPIKey")
        let text = try destination(facts, ["base_url": "HTTPS://Proxy.example:443/openai"])
        #expect(
            text == """
                /data/attributes/integration/type=OpenAI
                /data/attributes/base_url=https://proxy.example
                """
        )
        #expect(try destination(facts, ["base_url": "https://proxy.example/other"]) == text)
        #expect(try destination(facts, ["base_url": "https://other.example/openai"]) != text)
        #expect(try destination(facts, ["base_url": "http://proxy.example/openai"]) != text)
    }

    @Test("may be a customer's domain only where that is set")
    func customDomain() {
        #expect(DocumentSchema.allowsCustomDomain(settings(["custom_domain": true])))
        #expect(!DocumentSchema.allowsCustomDomain(settings(["custom_domain": false])))
        #expect(!DocumentSchema.allowsCustomDomain(settings(.object([]))))
        #expect(!DocumentSchema.allowsCustomDomain(nil))
    }
}
