import AWSAccounts
import Documents
import Secrets
import Testing
import TestSupport

/// A body that is wrong in one place.
struct Fault: Sendable, CustomTestStringConvertible {
    /// The changed member, as a pointer from the attributes on.
    let place: String
    let value: JSONValue?
    /// The member that is blamed, as a pointer from the attributes on.
    let blamed: String

    init(_ place: String, _ value: JSONValue?, at blamed: String? = nil) {
        self.place = place
        self.value = value
        self.blamed = blamed ?? place
    }

    var testDescription: String { "\(place) as \(value?.json ?? "nothing")" }
    var pointer: String { "\(attributes)\(blamed)" }

    /// The sample with the error in it.
    var body: JSONValue { Sample.full.with("\(attributes)\(place)", value) }
}

@Suite("Creating an AWS account")
struct CreateTests {
    private static func answer(_ authentication: String) -> String {
        #"{"id":"0193cb20-1234-7abc-8def-0123456789ab","type":"account","attributes":{"account_tags":[],"#
            + #""auth_config":\#(authentication),"aws_account_id":"123456789012","aws_partition":"aws","#
            + #""aws_regions":{"include_all":true},"created_at":"2026-11-20T14:05:09.000120Z","#
            + #""logs_config":{"lambda_forwarder":{"lambdas":[],"sources":[],"log_source_config":{"tag_filters":[]}}},"#
            + #""metrics_config":{"enabled":true,"automute_enabled":true,"collect_custom_metrics":false,"#
            + #""collect_cloudwatch_alarms":false,"tag_filters":[],"#
            + #""namespace_filters":{"exclude_only":["AWS/SQS","AWS/ElasticMapReduce","AWS/Usage"]}},"#
            + #""modified_at":"2026-11-20T14:05:09.000120Z","#
            + #""resources_config":{"cloud_security_posture_management_collection":false,"#
            + #""extended_collection":true},"traces_config":{"xray_services":{"include_only":[]}}}}"#
    }

    private static let roleAnswer = answer(
        #"{"role_name":"KeywayRole","external_id":"0123456789abcdef0123456789abcdef"}"#
    )

    @Test("with no more than is required gets every documented default, in the reference's order")
    func defaults() throws {
        #expect(try create(Sample.least(Sample.role)).document.json == Self.roleAnswer)
        let keys = try create(Sample.least(Sample.keys)).document.json
        #expect(keys == Self.answer(#"{"access_key_id":"AKIAIOSFODNN7EXAMPLE"}"#))
    }

    @Test(
        "gets the same defaults for parts that are sent empty",
        arguments: [
            "logs_config", "logs_config/lambda_forwarder", "logs_config/lambda_forwarder/log_source_config",
            "metrics_config", "resources_config", "traces_config",
        ]
    )
    func emptyParts(_ place: String) throws {
        let body = Sample.least().with("\(attributes)/\(place)", .object([]))
        #expect(try create(body).document.json == Self.roleAnswer)
    }

    @Test("answers everything as it was sent")
    func full() throws {
        let document = try create(Sample.full).document
        for place in try #require(Sample.full.at(attributes)).places {
            let sent = try #require(Sample.full.at(attributes + place))
            let answered = try #require(document.at("/attributes\(place)"))
            // The order of an object's members is the schema's.
            if case .object = sent { continue }
            #expect(answered == sent, "\(place)")
        }
    }

    @Test(
        "answers an object of several options with the one that was sent",
        arguments: [
            ("aws_regions", ["include_all": true]),
            ("aws_regions", ["include_all": false]),
            ("aws_regions", ["include_only": []]),
            ("aws_regions", ["include_only": ["us-east-1", "eu-west-3", "us-iso-east-1"]]),
            ("metrics_config/namespace_filters", ["include_only": ["AWS/EC2", "Glue", "AWS/Network Manager"]]),
            ("metrics_config/namespace_filters", ["include_only": []]),
            ("metrics_config/namespace_filters", ["exclude_only": []]),
            ("metrics_config/namespace_filters", ["exclude_only": ["/aws/sagemaker/Endpoints"]]),
            ("traces_config/xray_services", ["include_all": true]),
            ("traces_config/xray_services", ["include_all": false]),
            ("traces_config/xray_services", ["include_only": ["AWS/AppSync"]]),
        ] as [(String, JSONValue)]
    )
    func options(_ place: String, sent: JSONValue) throws {
        for body in [Sample.least(), Sample.full] {
            let document = try create(body.with("\(attributes)/\(place)", sent)).document
            #expect(document.at("/attributes/\(place)") == sent)
        }
    }

    @Test(
        "refuses an object of several options that has none or two of them",
        arguments: [
            Fault("/auth_config", .object([])),
            Fault("/auth_config", ["external_id": .string(Sample.externalID)]),
            Fault("/auth_config", ["secret_access_key": .string(Sample.secretMarker)]),
            Fault("/auth_config", ["role_name": "KeywayRole", "access_key_id": "AKIAIOSFODNN7EXAMPLE"]),
            Fault("/aws_regions", .object([])),
            Fault("/aws_regions", ["include_all": true, "include_only": ["us-east-1"]]),
            Fault("/metrics_config/namespace_filters", .object([])),
            Fault("/metrics_config/namespace_filters", ["include_only": ["AWS/EC2"], "exclude_only": []]),
            Fault("/metrics_config/metric_name_filters/1", ["namespace": "AWS/EC2"]),
            Fault(
                "/metrics_config/metric_name_filters/1",
                ["namespace": "AWS/EC2", "include_only": ["a"], "exclude_only": ["b"]]
            ),
            Fault("/traces_config/xray_services", .object([])),
            Fault("/traces_config/xray_services", ["include_all": true, "include_only": []]),
        ]
    )
    func noneOrTwo(_ fault: Fault) {
        #expect(pointers(ofCreating: fault.body) == [fault.pointer])
    }

    @Test("names the options of which exactly one is to be sent")
    func namesOptions() {
        let body = Sample.least(.object([]))
        let problems = problems { () throws(InvalidDocument) in try create(body) }
        #expect(problems.map(\.detail) == ["must have exactly one of these members: role_name, access_key_id"])
    }

    @Test(
        "points at whatever required member is missing",
        arguments: [
            Fault("/aws_account_id", nil),
            Fault("/aws_partition", nil),
            Fault("/auth_config", nil),
            Fault("/metrics_config/metric_name_filters/0/namespace", nil),
        ]
    )
    func missing(_ fault: Fault) {
        #expect(pointers(ofCreating: fault.body) == [fault.pointer])
    }

    private static let optionalPlaces = [
        "/account_tags", "/auth_config/external_id", "/aws_regions", "/logs_config", "/metrics_config",
        "/resources_config", "/traces_config", "/logs_config/lambda_forwarder", "/logs_config/lambda_forwarder/lambdas",
        "/logs_config/lambda_forwarder/sources", "/logs_config/lambda_forwarder/log_source_config",
        "/logs_config/lambda_forwarder/log_source_config/tag_filters",
        "/logs_config/lambda_forwarder/log_source_config/tag_filters/0/source",
        "/logs_config/lambda_forwarder/log_source_config/tag_filters/0/tags", "/metrics_config/enabled",
        "/metrics_config/automute_enabled", "/metrics_config/collect_custom_metrics",
        "/metrics_config/collect_cloudwatch_alarms", "/metrics_config/tag_filters",
        "/metrics_config/tag_filters/0/namespace", "/metrics_config/tag_filters/0/tags",
        "/metrics_config/namespace_filters", "/metrics_config/metric_name_filters",
        "/resources_config/cloud_security_posture_management_collection", "/resources_config/extended_collection",
        "/traces_config/xray_services",
    ]

    @Test("does without any other member", arguments: optionalPlaces)
    func optional(_ place: String) {
        #expect(pointers(ofCreating: Sample.full.with(attributes + place, nil)) == [])
    }

    @Test(
        "refuses a malformed value, at its place",
        arguments: [
            Fault("/aws_account_id", ""), Fault("/aws_account_id", "12345678901"),
            Fault("/aws_account_id", "1234567890123"), Fault("/aws_account_id", "12345678901x"),
            Fault("/aws_account_id", "1234-5678-9012"), Fault("/aws_account_id", 123_456_789_012),
            Fault("/aws_partition", ""), Fault("/aws_partition", "aws-invalid"), Fault("/aws_partition", "AWS"),
            Fault("/aws_partition", "aws-iso"), Fault("/aws_partition", ["aws"]),
            Fault("/auth_config/role_name", ""), Fault("/auth_config/role_name", "a role"),
            Fault("/auth_config/role_name", "role:name"),
            Fault("/auth_config/external_id", "0"), Fault("/auth_config/external_id", .null),
            Fault("/auth_config/external_id", "an id"),
            Fault("/auth_config", ["access_key_id": "AKIA"], at: "/auth_config/access_key_id"),
            Fault("/auth_config", ["access_key_id": "AKIAIOSFODNN7-EXAMPLE"], at: "/auth_config/access_key_id"),
            Fault("/aws_regions/include_only/1", "us-east"), Fault("/aws_regions/include_only/0", "US-EAST-1"),
            Fault("/aws_regions/include_only/0", ""), Fault("/aws_regions/include_only/1", 1),
            Fault("/aws_regions/include_only", "us-east-1"),
            Fault("/aws_regions", ["include_all": "true"], at: "/aws_regions/include_all"),
            Fault("/account_tags/1", 5), Fault("/account_tags/0", .null),
            Fault("/account_tags/0", .string(String(repeating: "a", count: 4097))),
            Fault("/logs_config/lambda_forwarder/lambdas/0", "Forwarder"),
            Fault("/logs_config/lambda_forwarder/lambdas/0", "arn:aws:s3:::bucket"),
            Fault("/logs_config/lambda_forwarder/sources/1", "Lambda"),
            Fault("/logs_config/lambda_forwarder/sources/1", "a b"),
            Fault("/logs_config/lambda_forwarder/log_source_config/tag_filters/0/source", "S3!"),
            Fault("/logs_config/lambda_forwarder/log_source_config/tag_filters/0/tags/1", true),
            Fault("/metrics_config/tag_filters/0/namespace", " AWS/EC2"),
            Fault("/metrics_config/tag_filters/0/tags/0", ["a"]),
            Fault("/metrics_config/namespace_filters/include_only/1", "AWS\\EC2"),
            Fault("/metrics_config/namespace_filters/include_only/0", ""),
            Fault("/metrics_config/metric_name_filters/0/namespace", ":"),
            Fault("/metrics_config/metric_name_filters/0/include_only/0", ""),
            Fault("/metrics_config/metric_name_filters/1/exclude_only/0", "a\nb"),
            Fault("/traces_config/xray_services/include_only/0", "X-Ray\t"),
        ]
    )
    func malformed(_ fault: Fault) {
        #expect(pointers(ofCreating: fault.body) == [fault.pointer])
    }

    private static let kinds: [JSONValue] = [.null, true, 17, [], .object([]), "text of no format"]

    @Test("points at a member of a wrong kind, whatever kind that is", arguments: Sample.full.places)
    func wrongKind(_ place: String) throws {
        let kind = try #require(Sample.full.at(place)).kindName
        let isNullable = place.hasSuffix("tags")
        for value in Self.kinds where value.kindName != kind {
            let expected = isNullable && value == .null ? [] : [place]
            #expect(pointers(ofCreating: Sample.full.with(place, value)) == expected, "\(value.kindName)")
        }
    }

    @Test(
        "points at a member that it does not know, at every level",
        arguments: [""] + Sample.full.places.filter { Sample.full.at($0)?.kindName == "object" }
    )
    func unknown(_ place: String) {
        for name in ["unknown", "Name", "generate_new_external_id", "secret_access_key"] {
            let body = Sample.full.with("\(place)/\(name)", .string(Sample.secretMarker))
            #expect(pointers(ofCreating: body) == ["\(place)/\(name)"])
        }
    }

    @Test(
        "takes what the reference takes, and answers it as it was sent",
        arguments: [
            ("/account_tags", ["!test", "*", "untagged", ":", "", "team:o\nne"]),
            ("/auth_config/external_id", "acme:Prod/1"),
            ("/logs_config/lambda_forwarder/lambdas", ["arn:aws:lambda:us-east-1:1234567890:function:Forwarder"]),
            (
                "/logs_config/lambda_forwarder/log_source_config/tag_filters",
                [["source": "s3", "tags": ["tag1", "*"]]]
            ),
            (
                "/metrics_config/tag_filters",
                [["namespace": "AWS/EC2", "tags": ["tag1", "!env", "instance-type:c?.*"]]]
            ),
        ] as [(String, JSONValue)]
    )
    func lenient(_ place: String, _ value: JSONValue) throws {
        let body = Sample.full.with(attributes + place, value)
        #expect(SchemaCheck.accepts(body, JSONSchema.body(of: .awsAccount, for: .create)))
        #expect(try create(body).document.at("/attributes" + place) == value)
    }

    @Test("looks past what JSON:API has beside the data", arguments: ["meta", "jsonapi"])
    func beside(_ name: String) throws {
        let body = Sample.full.with("/\(name)", ["setup_method": "terraform"])
        #expect(try create(body).document == create(Sample.full).document)
        #expect(SchemaCheck.accepts(body, JSONSchema.body(of: .awsAccount, for: .create)))
    }

    @Test("tells every fault at once")
    func everyFault() {
        let faults: [(String, JSONValue)] = [
            ("/unknown", 1),
            ("/account_tags/0", 5),
            ("/auth_config", ["access_key_id": "AKIA", "role_name": "a role", "unknown": 1]),
            ("/aws_account_id", "1"),
            ("/aws_partition", "mars"),
            ("/aws_regions", ["includeall": true]),
            ("/logs_config/lambda_forwarder/lambdas/0", "Forwarder"),
            ("/metrics_config/enabled", "yes"),
            ("/metrics_config/tag_filters/0", ["name": "AWS/EC2"]),
            ("/metrics_config/metric_name_filters/0", .object([])),
            ("/resources_config/extended_collection", 1),
            ("/traces_config", []),
        ]
        let body = faults.reduce(Sample.full) { $0.with(attributes + $1.0, $1.1) }
        let expected = [
            "/unknown", "/account_tags/0", "/auth_config", "/auth_config/unknown", "/auth_config/role_name",
            "/auth_config/access_key_id", "/aws_account_id", "/aws_partition", "/aws_regions",
            "/aws_regions/includeall", "/logs_config/lambda_forwarder/lambdas/0", "/metrics_config/enabled",
            "/metrics_config/tag_filters/0/name", "/metrics_config/metric_name_filters/0",
            "/metrics_config/metric_name_filters/0/namespace", "/resources_config/extended_collection",
            "/traces_config",
        ]
        #expect(pointers(ofCreating: body) == expected.map { attributes + $0 })
    }

    @Test("quotes no value in what it says of it", arguments: Sample.full.places)
    func quotesNothing(_ place: String) {
        let values: [JSONValue] = [
            "MARKER\u{0}", .string(String(repeating: "MARKER", count: 1000)), ["MARKER"], ["role_name": "MARKER\n"],
            ["access_key_id": "MARKER"], ["include_only": ["MARKER\n"]], ["include_all": "MARKER"],
        ]
        for value in values {
            let problems = problems { () throws(InvalidDocument) in try create(Sample.full.with(place, value)) }
            #expect(problems.allSatisfy { !$0.detail.contains("MARKER") && !$0.pointer.contains("MARKER") })
        }
    }

    @Test("ignores an id, and whatever is sent as a time", arguments: ["created_at", "modified_at"])
    func ignoresIssued(_ name: String) throws {
        for value in Self.kinds + ["2020-01-01T00:00:00Z"] {
            let body = Sample.least().with("\(attributes)/\(name)", value).with("/data/id", value)
            #expect(try create(body).document.json == Self.roleAnswer)
        }
    }

    @Test(
        "takes null for tags as none",
        arguments: [
            "/account_tags", "/metrics_config/tag_filters/0/tags",
            "/logs_config/lambda_forwarder/log_source_config/tag_filters/0/tags",
        ]
    )
    func nullTags(_ place: String) throws {
        let document = try create(Sample.full.with(attributes + place, .null)).document
        #expect(document.at("/attributes\(place)") == [])
    }

    @Test("leaves metric name filters out of the answer when there are none")
    func noMetricNameFilters() throws {
        let body = Sample.full.with("\(attributes)/metrics_config/metric_name_filters", [])
        #expect(try create(body).document.at("/attributes/metrics_config/metric_name_filters") == nil)
    }

    @Test(
        "refuses findings about security without extended collection",
        arguments: [(true, true, []), (true, false, [""]), (false, false, []), (false, true, []), (true, nil, [])]
            as [(Bool, Bool?, [String])]
    )
    func findings(_ findings: Bool, extended: Bool?, faults: [String]) {
        let name = "cloud_security_posture_management_collection"
        let body = Sample.least()
            .with("\(attributes)/resources_config/\(name)", .boolean(findings))
            .with("\(attributes)/resources_config/extended_collection", extended.map { .boolean($0) })
        #expect(pointers(ofCreating: body) == faults.map { _ in "\(attributes)/resources_config/\(name)" })
    }

    @Test("takes as many entries as a list may have, and no more")
    func counts() {
        for (place, entry, count) in [
            ("/account_tags", "a:b", 100), ("/aws_regions/include_only", "us-east-1", 100),
            ("/metrics_config/namespace_filters/include_only", "AWS/EC2", 500),
            ("/metrics_config/tag_filters", .object([]), 500),
        ] as [(String, JSONValue, Int)] {
            let body = { (count: Int) in
                Sample.full.with(attributes + place, .array(Array(repeating: entry, count: count)))
            }
            #expect(pointers(ofCreating: body(count)) == [])
            #expect(pointers(ofCreating: body(count + 1)) == [attributes + place])
        }
    }
}

@Suite("The authentication of an AWS account")
struct AuthenticationTests {
    private static let address = "auth_config/secret_access_key"

    @Test("parts the secret access key off, and never answers it")
    func parts() throws {
        let parted = try create(Sample.least(Sample.keys))
        #expect(parted.secrets.map(\.address) == [Self.address])
        let isTheSent = parted.secrets[0].value.withBytes { $0.elementsEqual(Sample.secretMarker.utf8) }
        #expect(isTheSent)
        #expect(parted.keptSecrets == [])
        #expect(!parted.document.json.contains(Sample.secretMarker))
        #expect(parted.document.at("/attributes/auth_config")?.json == #"{"access_key_id":"AKIAIOSFODNN7EXAMPLE"}"#)
    }

    @Test("does without a secret access key")
    func withoutSecret() throws {
        let parted = try create(Sample.least(["access_key_id": "AKIAIOSFODNN7EXAMPLE"]))
        #expect(parted.secrets.isEmpty)
    }

    @Test("refuses an empty secret access key, and what is no text", arguments: ["", .null, 17, []] as [JSONValue])
    func refusesSecret(_ secret: JSONValue) {
        let body = Sample.least(Sample.keys.with("/secret_access_key", secret))
        #expect(pointers(ofCreating: body) == ["\(attributes)/auth_config/secret_access_key"])
    }

    @Test("has no secret with a role")
    func role() throws {
        let parted = try create(Sample.full)
        #expect(parted.secrets.isEmpty)
        #expect(parted.keptSecrets == [])
    }

    @Test(
        "refuses the members of one option with the other",
        arguments: [
            (Sample.role.with("/secret_access_key", "x"), "/secret_access_key"),
            (Sample.keys.with("/external_id", .string(Sample.externalID)), "/external_id"),
        ]
    )
    func mixed(_ authentication: JSONValue, blamed: String) {
        let body = Sample.least(authentication)
        #expect(pointers(ofCreating: body) == ["\(attributes)/auth_config\(blamed)"])
    }

    @Test(
        "issues an external id where none was sent, and takes the one that was",
        arguments: [
            (nil, Sample.externalID), ("", Sample.externalID),
            (.string(Sample.otherExternalID), Sample.otherExternalID),
        ] as [(JSONValue?, String)]
    )
    func externalID(_ sent: JSONValue?, answered: String) throws {
        let body = Sample.least(Sample.role.with("/external_id", sent))
        #expect(try create(body).document.at("/attributes/auth_config/external_id") == .string(answered))
    }
}
