import AWSAccounts
import Documents
import Secrets
import Testing
import TestSupport

/// An update that sends one member, from the attributes on.
struct Change: Sendable, CustomTestStringConvertible {
    let place: String
    let value: JSONValue

    init(_ place: String, _ value: JSONValue) {
        self.place = place
        self.value = value
    }

    var testDescription: String { "\(place) to \(value.json)" }
    var body: JSONValue { patch(JSONValue.object([]).with(place, value)) }
}

extension Change {
    /// One change, or more, of every member that may change.
    static let all = [
        Change("/account_tags", []),
        Change("/account_tags", ["team:other"]),
        Change("/auth_config/role_name", "OtherRole"),
        Change("/aws_partition", "aws-cn"),
        Change("/aws_regions", ["include_all": true]),
        Change("/aws_regions", ["include_only": ["eu-west-1"]]),
        Change("/logs_config/lambda_forwarder/lambdas", []),
        Change("/logs_config/lambda_forwarder/lambdas", [.string("\(Sample.lambda):live")]),
        Change("/logs_config/lambda_forwarder/sources", ["waf"]),
        Change("/logs_config/lambda_forwarder/log_source_config/tag_filters", []),
        Change("/logs_config/lambda_forwarder/log_source_config/tag_filters", [["source": "elb", "tags": ["a:b"]]]),
        Change("/resources_config/extended_collection", false),
        Change("/resources_config/cloud_security_posture_management_collection", true),
        Change("/traces_config/xray_services", ["include_all": true]),
        Change("/traces_config/xray_services", ["include_only": []]),
    ]

    /// Changes of `metrics_config`, which clear the filters on metric names.
    static let ofMetrics = [
        Change("/metrics_config/enabled", true),
        Change("/metrics_config/automute_enabled", true),
        Change("/metrics_config/collect_custom_metrics", false),
        Change("/metrics_config/collect_cloudwatch_alarms", false),
        Change("/metrics_config/tag_filters", []),
        Change("/metrics_config/tag_filters", [["namespace": "AWS/RDS", "tags": []]]),
        Change("/metrics_config/namespace_filters", ["exclude_only": ["AWS/SQS"]]),
        Change("/metrics_config/namespace_filters", ["include_only": []]),
    ]
}

@Suite("Updating an AWS account")
struct UpdateTests {
    private static let filters = "/attributes/metrics_config/metric_name_filters"

    private func stored(_ body: JSONValue = Sample.full) throws -> JSONValue {
        try create(body).document
    }

    /// The stored sample after a change.
    private func after(_ change: Change) throws -> JSONValue {
        try stored()
            .with("/attributes/modified_at", .string(Sample.modified))
            .with("/attributes\(change.place)", change.value)
    }

    @Test("keeps all that is not sent, and says when it was", arguments: Change.all)
    func keeps(_ change: Change) throws {
        #expect(try update(stored(), by: change.body).document.json == after(change).json)
    }

    @Test("keeps all that is not sent of the metrics, but for the filters on names", arguments: Change.ofMetrics)
    func keepsMetrics(_ change: Change) throws {
        let expected = try after(change).with(Self.filters, nil)
        #expect(try update(stored(), by: change.body).document.json == expected.json)
    }

    @Test(
        "keeps everything when nothing is sent, or nothing of a part",
        arguments: [
            "", "/logs_config", "/logs_config/lambda_forwarder", "/logs_config/lambda_forwarder/log_source_config",
            "/resources_config", "/traces_config",
        ]
    )
    func nothing(_ place: String) throws {
        let body = place.isEmpty ? patch(.object([])) : Change(place, .object([])).body
        let expected = try stored().with("/attributes/modified_at", .string(Sample.modified))
        #expect(try update(stored(), by: body).document.json == expected.json)
    }

    @Test("by what was answered changes nothing but the time", arguments: [Sample.full, Sample.least(Sample.keys)])
    func byItsAnswer(_ body: JSONValue) throws {
        let stored = try stored(body)
        let expected = stored.with("/attributes/modified_at", .string(Sample.modified))
        #expect(try update(stored, by: ["data": stored]).document.json == expected.json)
    }

    @Test("clears the filters on metric names with metrics that come without them")
    func clearsMetricNames() throws {
        #expect(try stored().at(Self.filters) != nil)
        let updated = try update(stored(), by: Change("/metrics_config", .object([])).body).document
        #expect(updated.at(Self.filters) == nil)
        #expect(updated.at("/attributes/metrics_config/namespace_filters") == ["include_only": ["AWS/EC2", "AWS/RDS"]])
    }

    @Test(
        "replaces the filters on metric names with those that are sent",
        arguments: [
            [["namespace": "AWS/S3", "include_only": ["aws.s3.*"]]],
            [["namespace": "AWS/S3", "exclude_only": []], ["namespace": "AWS/S3", "include_only": ["a"]]],
        ] as [JSONValue]
    )
    func replacesMetricNames(_ filters: JSONValue) throws {
        let updated = try update(stored(), by: Change("/metrics_config/metric_name_filters", filters).body)
        #expect(updated.document.at(Self.filters) == filters)
    }

    @Test("leaves the filters on metric names out when an empty list is sent")
    func emptiesMetricNames() throws {
        let updated = try update(stored(), by: Change("/metrics_config/metric_name_filters", []).body)
        #expect(updated.document.at(Self.filters) == nil)
    }

    @Test(
        "takes null for tags as none, and for any list of texts or flag as its default",
        arguments: [
            ("/account_tags", []),
            ("/logs_config/lambda_forwarder/lambdas", []),
            ("/logs_config/lambda_forwarder/sources", []),
            ("/metrics_config/enabled", true),
            ("/metrics_config/collect_custom_metrics", false),
        ] as [(String, JSONValue)]
    )
    func null(_ place: String, standard: JSONValue) throws {
        let updated = try update(stored(), by: Change(place, .null).body)
        #expect(updated.document.at("/attributes\(place)") == standard)
    }

    @Test(
        "refuses null for an object or a list of objects",
        arguments: [
            "/auth_config", "/aws_regions", "/logs_config", "/metrics_config", "/resources_config", "/traces_config",
            "/metrics_config/namespace_filters", "/metrics_config/tag_filters", "/metrics_config/metric_name_filters",
            "/traces_config/xray_services",
        ]
    )
    func nullObject(_ place: String) throws {
        #expect(pointers(ofUpdating: try stored(), by: Change(place, .null).body) == [attributes + place])
    }

    @Test(
        "requires the account's number as it is stored",
        arguments: [nil, "210987654321", "", .null, 123_456_789_012] as [JSONValue?]
    )
    func number(_ sent: JSONValue?) throws {
        let body = Sample.body(JSONValue.object([]).with("/aws_account_id", sent))
        #expect(pointers(ofUpdating: try stored(), by: body) == ["\(attributes)/aws_account_id"])
    }

    @Test(
        "refuses to switch between role and access keys, and tells the other faults",
        arguments: [
            (Sample.role, Sample.keys, [""]),
            (Sample.keys, Sample.role, [""]),
            (Sample.role, ["access_key_id": "AKIA"], ["", "/access_key_id"]),
            (Sample.keys, ["role_name": "a role", "unknown": 1], ["", "/unknown", "/role_name"]),
        ] as [(JSONValue, JSONValue, [String])]
    )
    func switches(_ stored: JSONValue, sent: JSONValue, faults: [String]) throws {
        let stored = try self.stored(Sample.least(stored))
        let body = Change("/auth_config", sent).body
        #expect(pointers(ofUpdating: stored, by: body) == faults.map { "\(attributes)/auth_config\($0)" })
    }

    @Test(
        "refuses an object of several options that has none or two of them",
        arguments: [
            Change("/auth_config", .object([])),
            Change("/auth_config", ["role_name": "KeywayRole", "access_key_id": "AKIAIOSFODNN7EXAMPLE"]),
            Change("/aws_regions", .object([])),
            Change("/aws_regions", ["include_all": true, "include_only": []]),
            Change("/metrics_config/namespace_filters", .object([])),
            Change("/traces_config/xray_services", ["include_all": false, "include_only": []]),
        ]
    )
    func noneOrTwo(_ change: Change) throws {
        #expect(pointers(ofUpdating: try stored(), by: change.body) == [attributes + change.place])
    }

    @Test(
        "keeps the external id unless another is sent",
        arguments: [
            (nil, Sample.externalID), ("", Sample.externalID),
            (.string(Sample.externalID), Sample.externalID),
            (.string(Sample.otherExternalID), Sample.otherExternalID),
        ] as [(JSONValue?, String)]
    )
    func externalID(_ sent: JSONValue?, answered: String) throws {
        let role = Sample.role.with("/external_id", sent)
        let updated = try update(stored(), by: Change("/auth_config", role).body).document
        #expect(updated.at("/attributes/auth_config/external_id") == .string(answered))
    }

    @Test(
        "keeps the secret access key unless another is sent",
        arguments: [
            .object([]),
            ["auth_config": ["access_key_id": "AKIAIOSFODNN7EXAMPLE"]],
            ["auth_config": ["access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": ""]],
            ["auth_config": ["access_key_id": "AKIAI44QH8DHBEXAMPLE"]],
        ] as [JSONValue]
    )
    func keepsSecret(_ sent: JSONValue) throws {
        let updated = try update(stored(Sample.least(Sample.keys)), by: patch(sent))
        #expect(updated.secrets.isEmpty)
        #expect(updated.keptSecrets == ["auth_config/secret_access_key"])
    }

    @Test("replaces the secret access key with the one that is sent")
    func replacesSecret() throws {
        let body = Change("/auth_config", Sample.keys.with("/secret_access_key", "another")).body
        let updated = try update(stored(Sample.least(Sample.keys)), by: body)
        #expect(updated.secrets.map(\.address) == ["auth_config/secret_access_key"])
        #expect(updated.keptSecrets == [])
        #expect(!updated.document.json.contains("another"))
    }

    @Test("refuses a secret access key that is no text", arguments: [.null, 17, ["a"]] as [JSONValue])
    func refusesSecret(_ secret: JSONValue) throws {
        let stored = try stored(Sample.least(Sample.keys))
        let body = Change("/auth_config", Sample.keys.with("/secret_access_key", secret)).body
        #expect(pointers(ofUpdating: stored, by: body) == ["\(attributes)/auth_config/secret_access_key"])
    }

    @Test("keeps no secret of a role")
    func roleKeepsNone() throws {
        #expect(try update(stored(), by: patch(["auth_config": Sample.role])).keptSecrets == [])
        #expect(try update(stored(), by: patch(.object([]))).keptSecrets == [])
    }

    @Test(
        "takes the times as they are stored, and no others",
        arguments: [
            ("created_at", .string(Sample.created), []),
            ("modified_at", .string(Sample.created), []),
            ("created_at", "2020-01-01T00:00:00Z", ["created_at"]),
            ("modified_at", .string(Sample.modified), ["modified_at"]),
            ("created_at", .null, ["created_at"]),
            ("modified_at", 17, ["modified_at"]),
        ] as [(String, JSONValue, [String])]
    )
    func times(_ name: String, sent: JSONValue, faults: [String]) throws {
        let body = Change("/\(name)", sent).body
        #expect(pointers(ofUpdating: try stored(), by: body) == faults.map { "\(attributes)/\($0)" })
    }

    @Test(
        "takes its own id alone",
        arguments: [
            (.string(Sample.id.description), []), (.string(Sample.otherID.description), ["/data/id"]),
            (.null, ["/data/id"]),
        ] as [(JSONValue, [String])]
    )
    func id(_ id: JSONValue, faults: [String]) throws {
        #expect(pointers(ofUpdating: try stored(), by: patch(.object([])).with("/data/id", id)) == faults)
    }

    @Test(
        "refuses what would leave findings about security without extended collection, in either order of changes",
        arguments: [
            (false, true, ["cloud_security_posture_management_collection": true], true),
            (false, false, ["cloud_security_posture_management_collection": true], false),
            (true, true, ["extended_collection": false], false),
            (false, true, ["extended_collection": false], true),
            (false, false, ["cloud_security_posture_management_collection": true, "extended_collection": true], true),
            (true, true, ["cloud_security_posture_management_collection": false, "extended_collection": false], true),
            (true, true, ["cloud_security_posture_management_collection": true, "extended_collection": false], false),
            (true, true, .object([]), true),
        ] as [(Bool, Bool, JSONValue, Bool)]
    )
    func findings(_ findings: Bool, extended: Bool, sent: JSONValue, isTaken: Bool) throws {
        let name = "cloud_security_posture_management_collection"
        let resources: JSONValue = .object([
            .init(JSONText(name), .boolean(findings)), .init("extended_collection", .boolean(extended)),
        ])
        let stored = try stored(Sample.least().with("\(attributes)/resources_config", resources))
        let expected = isTaken ? [] : ["\(attributes)/resources_config/\(name)"]
        #expect(pointers(ofUpdating: stored, by: Change("/resources_config", sent).body) == expected)
    }

    @Test(
        "points at a member that it does not know, at every level",
        arguments: [""] + Sample.full.places.filter { Sample.full.at($0)?.kindName == "object" }
    )
    func unknown(_ place: String) throws {
        let body = Sample.full.with("\(place)/unknown", "x")
        #expect(pointers(ofUpdating: try stored(), by: body) == ["\(place)/unknown"])
    }

    @Test("points at a malformed value, as a create does", arguments: Sample.full.places)
    func malformed(_ place: String) throws {
        // Tags are any text.
        guard Sample.full.at(place)?.kindName == "string", !place.contains("tags/") else { return }
        #expect(pointers(ofUpdating: try stored(), by: Sample.full.with(place, "MARKER\n")) == [place])
        let problems = problems { () throws(InvalidDocument) in
            try update(create(Sample.full).document, by: Sample.full.with(place, "MARKER\n"))
        }
        #expect(problems.allSatisfy { !$0.detail.contains("MARKER") })
    }

    @Test("tells every fault at once")
    func everyFault() throws {
        let body = Sample.body([
            "aws_account_id": "210987654321",
            "aws_partition": "mars",
            "auth_config": Sample.keys,
            "aws_regions": .object([]),
            "created_at": "now",
            "traces_config": ["unknown": true],
        ])
        let expected = [
            "auth_config", "aws_account_id", "aws_partition", "aws_regions", "created_at", "traces_config/unknown",
        ]
        #expect(pointers(ofUpdating: try stored(), by: body) == expected.map { "\(attributes)/\($0)" })
    }
}
