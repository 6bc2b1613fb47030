import AWSAccounts
import Documents
import Testing
import TestSupport

/// A sample body, of which one place is changed.
struct BodyPlace: Sendable, CustomTestStringConvertible {
    let name: String
    let body: JSONValue
    let place: String

    var testDescription: String { "\(place) of \(name)" }

    static let all = samples.flatMap { name, body in
        body.places.map { BodyPlace(name: name, body: body, place: $0) }
    }

    private static let samples: [(String, JSONValue)] = [
        ("a role", Sample.full),
        (
            "keys",
            Sample.least(Sample.keys)
                .with("\(attributes)/aws_regions", ["include_all": true])
                .with("\(attributes)/metrics_config/namespace_filters", ["exclude_only": ["AWS/EC2"]])
                .with("\(attributes)/traces_config/xray_services", ["include_all": false])
        ),
    ]
}

@Suite("The JSON Schema of an AWS account")
struct SchemaTests {
    private static let create = JSONSchema.body(of: .awsAccount, for: .create)
    private static let update = JSONSchema.body(of: .awsAccount, for: .update)
    private static let response = JSONSchema.body(of: .awsAccount, for: .response)

    private static let values: [JSONValue?] = [
        nil, .null, true, false, 17, [], .object([]), ["a": 1], "", " ", "text", "two words", "a\nb", "é",
        "123456789012", "us-east-1", "AWS/EC2", "key:value", "s3", .string(Sample.lambda), "AKIAIOSFODNN7EXAMPLE",
        .string(Sample.externalID), "aws", ["us-east-1"], ["key:value"], ["AWS/EC2"], [.object([])], [.null], [["a"]],
        ["include_all": true], ["include_only": []], ["exclude_only": []], ["include_only": [], "include_all": true],
        ["include_only": [], "exclude_only": []], ["role_name": "Role"], ["role_name": "Role", "external_id": ""],
        ["role_name": "Role", "external_id": .null], ["role_name": "Role", "access_key_id": "AKIAIOSFODNN7EXAMPLE"],
        ["access_key_id": "AKIAIOSFODNN7EXAMPLE"],
        ["access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": ""],
        ["access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "secret"],
        ["namespace": "AWS/EC2", "include_only": []], ["namespace": "AWS/EC2", "tags": .null],
        .string(String(repeating: "a", count: 5000)),
    ]

    @Test("takes in every place what a create takes", arguments: BodyPlace.all)
    func agreesWithCreate(_ place: BodyPlace) {
        for value in Self.values {
            let body = place.body.with(place.place, value)
            let isTaken = pointers(ofCreating: body).isEmpty
            #expect(SchemaCheck.accepts(body, Self.create) == isTaken, "\(value?.json.prefix(100) ?? "nothing")")
        }
    }

    @Test("takes in every place what an update takes", arguments: BodyPlace.all)
    func agreesWithUpdate(_ place: BodyPlace) throws {
        let stored = try AWSAccountsTests.create(place.body).document
        for value in Self.values {
            let body = place.body.with(place.place, value)
            // A schema can't tell what is stored.
            if place.place.hasSuffix("/auth_config"), stored.at("/attributes/auth_config/role_name") != nil {
                if value?["access_key_id"] != nil { continue }
            } else if place.place.hasSuffix("/auth_config"), value?["role_name"] != nil {
                continue
            }
            let isTaken = pointers(ofUpdating: stored, by: body).isEmpty
            #expect(SchemaCheck.accepts(body, Self.update) == isTaken, "\(value?.json.prefix(100) ?? "nothing")")
        }
    }

    @Test("describes the answer to whatever is taken", arguments: BodyPlace.all)
    func describesAnswers(_ place: BodyPlace) {
        for value in Self.values {
            guard let document = try? AWSAccountsTests.create(place.body.with(place.place, value)).document else {
                continue
            }
            #expect(SchemaCheck.accepts(["data": document], Self.response))
        }
    }

    @Test(
        "refuses an answer that has none or two of several options, or null",
        arguments: [
            Change("/auth_config", .object([])),
            Change("/auth_config/access_key_id", "AKIAIOSFODNN7EXAMPLE"),
            Change("/aws_regions/include_all", true),
            Change("/aws_regions", .object([])),
            Change("/metrics_config/namespace_filters/exclude_only", []),
            Change("/traces_config/xray_services/include_all", true),
            Change("/account_tags", .null),
            Change("/metrics_config/tag_filters/0/tags", .null),
            Change("/aws_account_id", .null),
            Change("/metrics_config/enabled", .null),
        ]
    )
    func refusesAnswer(_ change: Change) throws {
        let answer: JSONValue = ["data": try AWSAccountsTests.create(Sample.full).document]
        #expect(SchemaCheck.accepts(answer, Self.response))
        #expect(!SchemaCheck.accepts(answer.with(attributes + change.place, change.value), Self.response))
    }

    private func required(_ schema: JSONValue) -> [String] {
        guard case .array(let names)? = schema.at("/properties/data/properties/attributes/required") else { return [] }
        return names.compactMap { $0.text?.string }
    }

    @Test("requires of each body what the reference requires")
    func required() {
        #expect(required(Self.create) == ["auth_config", "aws_account_id", "aws_partition"])
        #expect(required(Self.update) == ["aws_account_id"])
        #expect(required(Self.response) == ["auth_config", "aws_account_id", "aws_partition"])
    }

    @Test(
        "says what the defaults are",
        arguments: [
            ("account_tags", []),
            ("aws_regions", ["include_all": true]),
            ("logs_config/properties/lambda_forwarder/properties/lambdas", []),
            ("logs_config/properties/lambda_forwarder/properties/sources", []),
            (
                "logs_config/properties/lambda_forwarder/properties/log_source_config/properties/tag_filters", []
            ),
            ("metrics_config/properties/enabled", true),
            ("metrics_config/properties/automute_enabled", true),
            ("metrics_config/properties/collect_custom_metrics", false),
            ("metrics_config/properties/collect_cloudwatch_alarms", false),
            ("metrics_config/properties/tag_filters", []),
            (
                "metrics_config/properties/namespace_filters",
                ["exclude_only": ["AWS/SQS", "AWS/ElasticMapReduce", "AWS/Usage"]]
            ),
            ("metrics_config/properties/metric_name_filters", nil),
            ("resources_config/properties/cloud_security_posture_management_collection", false),
            ("resources_config/properties/extended_collection", true),
            ("traces_config/properties/xray_services", ["include_only": []]),
            ("aws_partition", nil),
        ] as [(String, JSONValue?)]
    )
    func defaults(_ place: String, standard: JSONValue?) throws {
        let member = try #require(Self.create.at("/properties/data/properties/attributes/properties/\(place)"))
        #expect(member["default"] == standard)
    }

    @Test("says that the secret access key is written only, and has it in no answer")
    func secret() throws {
        for schema in [Self.create, Self.update] {
            let options = try #require(schema.at("/properties/data/properties/attributes/properties/auth_config/oneOf"))
            #expect(options.at("/1/properties/secret_access_key/writeOnly") == true)
        }
        #expect(!Self.response.json.contains("secret_access_key"))
    }
}
