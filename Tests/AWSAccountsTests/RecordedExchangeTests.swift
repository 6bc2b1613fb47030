import AWSAccounts
import Documents
import Testing
import TestSupport

/// A request body of the reference with the response that it got.
///
/// Answers are as they were recorded, except times, which we cut to six digits at once, and the namespaces that are
/// left out by default, which are three by now.
struct RecordedExchange: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let id: String
    var externalID = ""
    let time: String
    let request: JSONValue
    let answer: String
}

extension RecordedExchange {
    private static func request(_ authentication: JSONValue, wide: Bool) -> JSONValue {
        var attributes: JSONValue = [
            "account_tags": ["key:value"],
            "auth_config": authentication,
            "aws_account_id": "123456789012",
            "aws_partition": "aws",
            "logs_config": logs,
            "metrics_config": metrics(.boolean(wide)),
            "resources_config": ["cloud_security_posture_management_collection": false, "extended_collection": false],
            "traces_config": .object([]),
        ]
        if !wide {
            attributes =
                attributes
                .with("/aws_regions", ["include_only": ["us-east-1"]])
                .with("/metrics_config/namespace_filters", ["include_only": ["AWS/EC2"]])
                .with("/traces_config/xray_services", ["include_only": ["AWS/AppSync"]])
        }
        return ["data": ["attributes": attributes, "type": "account"]]
    }

    private static let logs: JSONValue = [
        "lambda_forwarder": [
            "lambdas": ["arn:aws:lambda:us-east-1:123456789012:function:DatadogLambdaLogForwarder"],
            "log_source_config": ["tag_filters": [["source": "s3", "tags": ["test:test"]]]],
            "sources": ["s3"],
        ]
    ]

    private static func metrics(_ collects: JSONValue) -> JSONValue {
        [
            "automute_enabled": true,
            "collect_cloudwatch_alarms": collects,
            "collect_custom_metrics": collects,
            "enabled": true,
            "tag_filters": [["namespace": "AWS/EC2", "tags": ["key:value"]]],
        ]
    }

    private static let recordedLogs =
        #""logs_config":{"lambda_forwarder":{"lambdas":["arn:aws:lambda:us-east-1:123456789012:function:"#
        + #"DatadogLambdaLogForwarder"],"sources":["s3"],"log_source_config":{"tag_filters":[{"source":"s3","#
        + #""tags":["test:test"]}]}}},"#

    static let keys = RecordedExchange(
        testDescription: "access keys",
        id: "c80e30d5-b3f9-45b1-85fc-bad652af206b",
        time: "2025-08-06T17:41:41.445076Z",
        request: request(
            [
                "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ],
            wide: true
        ),
        answer: #"{"id":"c80e30d5-b3f9-45b1-85fc-bad652af206b","type":"account","attributes":{"#
            + #""account_tags":["key:value"],"auth_config":{"access_key_id":"AKIAIOSFODNN7EXAMPLE"},"#
            + #""aws_account_id":"123456789012","aws_partition":"aws","aws_regions":{"include_all":true},"#
            + #""created_at":"2025-08-06T17:41:41.445076Z","# + recordedLogs
            + #""metrics_config":{"enabled":true,"automute_enabled":true,"collect_custom_metrics":true,"#
            + #""collect_cloudwatch_alarms":true,"tag_filters":[{"namespace":"AWS/EC2","tags":["key:value"]}],"#
            + #""namespace_filters":{"exclude_only":["AWS/SQS","AWS/ElasticMapReduce","AWS/Usage"]}},"#
            + #""modified_at":"2025-08-06T17:41:41.445076Z","#
            + #""resources_config":{"cloud_security_posture_management_collection":false,"#
            + #""extended_collection":false},"traces_config":{"xray_services":{"include_only":[]}}}}"#
    )

    static let role = RecordedExchange(
        testDescription: "a role",
        id: "4ee52a3f-d0e9-487b-bde9-cd1cbc0e4cb0",
        externalID: "a4e4a6b4c2cf4638a58b1febc6b856e9",
        time: "2025-08-06T17:41:41.111886Z",
        request: request(["role_name": "DatadogIntegrationRole"], wide: true),
        answer: #"{"id":"4ee52a3f-d0e9-487b-bde9-cd1cbc0e4cb0","type":"account","attributes":{"#
            + #""account_tags":["key:value"],"auth_config":{"role_name":"DatadogIntegrationRole","#
            + #""external_id":"a4e4a6b4c2cf4638a58b1febc6b856e9"},"#
            + #""aws_account_id":"123456789012","aws_partition":"aws","aws_regions":{"include_all":true},"#
            + #""created_at":"2025-08-06T17:41:41.111886Z","# + recordedLogs
            + #""metrics_config":{"enabled":true,"automute_enabled":true,"collect_custom_metrics":true,"#
            + #""collect_cloudwatch_alarms":true,"tag_filters":[{"namespace":"AWS/EC2","tags":["key:value"]}],"#
            + #""namespace_filters":{"exclude_only":["AWS/SQS","AWS/ElasticMapReduce","AWS/Usage"]}},"#
            + #""modified_at":"2025-08-06T17:41:41.111886Z","#
            + #""resources_config":{"cloud_security_posture_management_collection":false,"#
            + #""extended_collection":false},"traces_config":{"xray_services":{"include_only":[]}}}}"#
    )

    static let narrow = RecordedExchange(
        testDescription: "a role, with few regions, namespaces and services",
        id: "ab6528e3-5dab-4375-ae47-4ce93d1216e2",
        externalID: "36416390710445e7be511e1622ee4149",
        time: "2025-08-06T17:41:52.510132Z",
        request: request(["role_name": "DatadogIntegrationRole"], wide: false),
        answer: narrowAnswer(collects: false, modified: "2025-08-06T17:41:52.510132Z")
    )

    /// An update of ``narrow``; what it does not send stays.
    static let update = RecordedExchange(
        testDescription: "an update",
        id: narrow.id,
        time: "2025-08-06T17:41:52.717094Z",
        request: role.request,
        answer: narrowAnswer(collects: true, modified: "2025-08-06T17:41:52.717094Z")
    )

    private static func narrowAnswer(collects: Bool, modified: String) -> String {
        #"{"id":"ab6528e3-5dab-4375-ae47-4ce93d1216e2","type":"account","attributes":{"#
            + #""account_tags":["key:value"],"auth_config":{"role_name":"DatadogIntegrationRole","#
            + #""external_id":"36416390710445e7be511e1622ee4149"},"#
            + #""aws_account_id":"123456789012","aws_partition":"aws","aws_regions":{"include_only":["us-east-1"]},"#
            + #""created_at":"2025-08-06T17:41:52.510132Z","# + recordedLogs
            + #""metrics_config":{"enabled":true,"automute_enabled":true,"collect_custom_metrics":\#(collects),"#
            + #""collect_cloudwatch_alarms":\#(collects),"#
            + #""tag_filters":[{"namespace":"AWS/EC2","tags":["key:value"]}],"#
            + #""namespace_filters":{"include_only":["AWS/EC2"]}},"modified_at":"\#(modified)","#
            + #""resources_config":{"cloud_security_posture_management_collection":false,"#
            + #""extended_collection":false},"traces_config":{"xray_services":{"include_only":["AWS/AppSync"]}}}}"#
    }
}

@Suite("A recorded exchange about accounts")
struct RecordedExchangeTests {
    private func create(_ exchange: RecordedExchange) throws -> PartedDocument {
        try DocumentSchema.awsAccount.create(exchange.request, id: #require(Identifier(exchange.id))) { name in
            name == "external_id" ? exchange.externalID : exchange.time
        }
    }

    private func update(_ document: JSONValue, by exchange: RecordedExchange) throws -> PartedDocument {
        let id = try #require(Identifier(exchange.id))
        return try DocumentSchema.awsAccount.update(exchange.request, id: id, of: document) { _ in exchange.time }
    }

    @Test(
        "creates an account with the recorded answer",
        arguments: [RecordedExchange.keys, .role, .narrow]
    )
    func creates(_ exchange: RecordedExchange) throws {
        #expect(try create(exchange).document.json == exchange.answer)
    }

    @Test("updates an account with the recorded answer")
    func updates() throws {
        let stored = try create(.narrow).document
        #expect(try update(stored, by: .update).document.json == RecordedExchange.update.answer)
    }

    @Test("is refused when it switches from a role to access keys")
    func switches() throws {
        let stored = try create(.narrow).document
        let error = #expect(throws: InvalidDocument.self) {
            _ = try DocumentSchema.awsAccount.update(
                RecordedExchange.keys.request,
                id: #require(Identifier(RecordedExchange.narrow.id)),
                of: stored
            ) { _ in "" }
        }
        #expect(error?.problems.map(\.pointer) == ["\(attributes)/auth_config"])
    }

    @Test("is refused for a partition that does not exist")
    func partition() {
        let request = RecordedExchange.role.request.with("\(attributes)/aws_partition", "aws-invalid")
        #expect(pointers(ofCreating: request) == ["\(attributes)/aws_partition"])
    }

    @Test("is described by the schemas", arguments: [RecordedExchange.keys, .role, .narrow])
    func described(_ exchange: RecordedExchange) throws {
        #expect(SchemaCheck.accepts(exchange.request, JSONSchema.body(of: .awsAccount, for: .create)))
        let answer: JSONValue = ["data": try create(exchange).document]
        #expect(SchemaCheck.accepts(answer, JSONSchema.body(of: .awsAccount, for: .response)))
    }
}
