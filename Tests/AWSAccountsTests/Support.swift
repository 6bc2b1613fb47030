import AWSAccounts
import Documents
import Secrets
import Testing

enum Sample {
    static let id = Identifier(high: 0x0193_cb20_1234_7abc, low: 0x8def_0123_4567_89ab)
    static let otherID = Identifier(high: 0x0193_cb20_1234_7abc, low: 0x8def_0123_4567_89ac)
    static let externalID = "0123456789abcdef0123456789abcdef"
    static let otherExternalID = "fedcba9876543210fedcba9876543210"
    static let created = "2026-11-20T14:05:09.000120Z"
    static let modified = "2026-11-21T08:00:00.500000Z"
    /// The secret access key of every sample.
    static let secretMarker = "HIDDENVALUE"
    static let lambda = "arn:aws:lambda:us-east-1:123456789012:function:Forwarder"

    static let role: JSONValue = ["role_name": "KeywayRole"]
    static let keys: JSONValue = [
        "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": .string(secretMarker),
    ]

    /// A create with nothing but what is required.
    static func least(_ authentication: JSONValue = role) -> JSONValue {
        body(["auth_config": authentication, "aws_account_id": "123456789012", "aws_partition": "aws"])
    }

    /// A create with everything that a caller may send, each member other than its standard.
    static let full = body([
        "account_tags": ["team:one", "env:two"],
        "auth_config": ["role_name": "KeywayRole", "external_id": .string(externalID)],
        "aws_account_id": "123456789012",
        "aws_partition": "aws-us-gov",
        "aws_regions": ["include_only": ["us-gov-west-1", "us-gov-east-1"]],
        "logs_config": ["lambda_forwarder": forwarder],
        "metrics_config": metrics,
        "resources_config": [
            "cloud_security_posture_management_collection": false, "extended_collection": true,
        ],
        "traces_config": ["xray_services": ["include_only": ["AWS/AppSync"]]],
    ])

    private static let forwarder: JSONValue = [
        "lambdas": [.string(lambda)],
        "sources": ["s3", "lambda"],
        "log_source_config": ["tag_filters": [["source": "s3", "tags": ["env:prod", "!team:three"]]]],
    ]

    private static let metrics: JSONValue = [
        "enabled": false,
        "automute_enabled": false,
        "collect_custom_metrics": true,
        "collect_cloudwatch_alarms": true,
        "tag_filters": [["namespace": "AWS/EC2", "tags": ["env:prod"]]],
        "namespace_filters": ["include_only": ["AWS/EC2", "AWS/RDS"]],
        "metric_name_filters": [
            ["namespace": "AWS/EC2", "include_only": ["aws.ec2.cpu*"]],
            ["namespace": "AWS/RDS", "exclude_only": ["aws.rds.*"]],
        ],
    ]

    static func body(_ attributes: JSONValue) -> JSONValue {
        ["data": ["type": "account", "attributes": attributes]]
    }

    /// Gives issued members values that show when they were issued.
    static func issue(_ name: String) -> String { name == "external_id" ? externalID : created }
    static func issueLater(_ name: String) -> String { name == "external_id" ? otherExternalID : modified }
}

/// The path of the attributes in a body.
let attributes = "/data/attributes"

/// Creates an account, as the API does.
func create(_ body: JSONValue) throws(InvalidDocument) -> PartedDocument {
    try DocumentSchema.awsAccount.create(body, id: Sample.id, issue: Sample.issue)
}

/// Updates an account, as the API does; what is issued again differs from what was issued first.
func update(_ document: JSONValue, by body: JSONValue) throws(InvalidDocument) -> PartedDocument {
    try DocumentSchema.awsAccount.update(body, id: Sample.id, of: document, issue: Sample.issueLater)
}

/// The body of an update with those attributes, and the account's number, which each update repeats.
func patch(_ members: JSONValue) -> JSONValue {
    guard case .object(let members) = members else { return .null }
    return Sample.body(.object(members + [.init("aws_account_id", "123456789012")]))
}

/// The problems of a body, none if it is valid.
func problems(_ read: () throws(InvalidDocument) -> PartedDocument) -> [Problem] {
    do {
        _ = try read()
        return []
    } catch {
        return error.problems
    }
}

func pointers(ofCreating body: JSONValue) -> [String] {
    problems { () throws(InvalidDocument) in try create(body) }.map(\.pointer)
}

func pointers(ofUpdating document: JSONValue, by body: JSONValue) -> [String] {
    problems { () throws(InvalidDocument) in try update(document, by: body) }.map(\.pointer)
}

extension JSONValue {
    /// The pointers of every value in it, itself left out, from the outside in.
    var places: [String] {
        switch self {
        case .object(let members):
            members.flatMap { member in
                ["/\(member.name.string)"] + member.value.places.map { "/\(member.name.string)\($0)" }
            }
        case .array(let elements):
            elements.enumerated().flatMap { index, element in ["/\(index)"] + element.places.map { "/\(index)\($0)" } }
        default: []
        }
    }
}
