import Documents
import Testing
import TestSupport

@testable import AWSAccounts

@Suite("A filter on the names of metrics")
struct MetricNameFilterTests {
    @Test(
        "knows what a metric of CloudWatch is called at Datadog",
        arguments: [
            ("AWS/EC2", "CPUUtilization", "aws.ec2.cpuutilization"), ("AWS/EC2", "NetworkIn", "aws.ec2.network_in"),
            ("AWS/EC2", "StatusCheckFailed_Instance", "aws.ec2.status_check_failed_instance"),
            ("AWS/EC2", "EBSReadOps", "aws.ec2.ebsread_ops"), ("AWS/Lambda", "Invocations", "aws.lambda.invocations"),
            ("AWS/ELB", "HTTPCode_ELB_4XX", "aws.elb.httpcode_elb_4xx"),
            ("AWS/CloudFront", "4xxErrorRate", "aws.cloudfront.4xx_error_rate"),
            ("AWS/ApplicationELB", "TargetResponseTime", "aws.applicationelb.target_response_time"),
            ("AWS/Network Manager", "Bytes In", "aws.network_manager.bytes_in"),
            ("CWAgent", "mem_used", "cwagent.mem_used"),
        ]
    )
    func name(_ namespace: String, _ metric: String, _ name: String) {
        #expect(MetricNameFilter.datadogName(of: metric, in: namespace) == name)
    }

    @Test(
        "takes `*` for anything, and everything else for itself",
        arguments: [
            ("aws.ec2.network_in", "aws.ec2.network_in", true), ("aws.ec2.network_in", "aws.ec2.network_*", true),
            ("aws.ec2.network_in", "*", true), ("aws.ec2.network_in", "*in", true),
            ("aws.ec2.network_in", "a*n*n", true),
            ("aws.ec2.network_in", "**", true), ("aws.ec2.network_in", "*network_in*", true),
            ("aws.ec2.network_in", "aws.ec2.network", false), ("aws.ec2.network_in", "AWS.ec2.network_in", false),
            ("aws.ec2.network_in", "*out", false), ("aws.ec2.network_in", "", false), ("awsxec2", "aws.ec2", false),
            ("", "", true), ("", "*", true), ("aab", "*ab", true), ("abab", "*ab*ab", true), ("ab", "*ab*ab", false),
        ]
    )
    func pattern(_ name: String, _ pattern: String, _ matches: Bool) {
        #expect(MetricNameFilter.matches(name, pattern) == matches)
    }

    @Test("takes time by the product of both lengths at most")
    func time() {
        let name = String(repeating: "a", count: 2_000)
        #expect(!MetricNameFilter.matches(name, String(repeating: "*a", count: 1_000) + "b"))
    }

    private func filtered(_ mode: String, _ patterns: [String], of names: [String]) throws -> [String] {
        let value: JSONValue = .object([
            .init("namespace", "AWS/EC2"), .init(JSONText(mode), .array(patterns.map { .string($0) })),
        ])
        let preview = try #require(MetricNameFilter(value)).preview(of: Set(names))
        guard case .array(let metrics)? = preview["metrics"] else { return [] }
        #expect(metrics.compactMap { $0["cw_name"]?.text?.string } == names.sorted())
        return metrics.filter { metric in
            guard case .array(let names)? = metric["dd_names"] else { return false }
            return names.first?["filtered"] == true
        }.compactMap { $0["cw_name"]?.text?.string }
    }

    @Test("leaves out what it says, but never what is always collected")
    func preview() throws {
        let names = ["NetworkIn", "NetworkOut", "CPUUtilization", "DiskReadOps"]
        #expect(try filtered("include_only", ["aws.ec2.network_*"], of: names) == ["DiskReadOps"])
        #expect(try filtered("exclude_only", ["aws.ec2.network_*"], of: names) == ["NetworkIn", "NetworkOut"])
        #expect(try filtered("exclude_only", ["*"], of: names) == ["DiskReadOps", "NetworkIn", "NetworkOut"])
        #expect(try filtered("include_only", [], of: names) == ["DiskReadOps", "NetworkIn", "NetworkOut"])
        #expect(try filtered("exclude_only", [], of: names) == [])
    }

    @Test("counts what each pattern matches")
    func counts() throws {
        let value: JSONValue = ["namespace": "AWS/EC2", "exclude_only": ["aws.ec2.network_*", "*in", "x"]]
        let preview = try #require(MetricNameFilter(value)).preview(of: ["NetworkIn", "NetworkOut"])
        #expect(
            preview["filters"] == [
                ["pattern": "aws.ec2.network_*", "match_count": 2], ["pattern": "*in", "match_count": 1],
                ["pattern": "x", "match_count": 0],
            ]
        )
    }
}

@Suite("A data export")
struct CCMIssueTests {
    private let report = CCMReport([
        "account_id": "123456789012", "bucket_name": "billing", "bucket_region": "us-east-1", "report_name": "cost",
        "report_prefix": "reports/",
    ])

    /// The description that AWS gives of an export that is as it must be.
    private static let good: JSONValue = [
        "Export": [
            "Name": "cost",
            "DataQuery": [
                "QueryStatement": "SELECT line_item_usage_amount\nFROM COST_AND_USAGE_REPORT",
                "TableConfigurations": [
                    "COST_AND_USAGE_REPORT": ["TIME_GRANULARITY": "HOURLY", "INCLUDE_RESOURCES": "TRUE"]
                ],
            ],
            "DestinationConfigurations": [
                "S3Destination": [
                    "S3Bucket": "billing", "S3Prefix": "reports", "S3Region": "us-east-1",
                    "S3OutputConfigurations": ["Format": "PARQUET", "Compression": "PARQUET"],
                ]
            ],
            "RefreshCadence": ["Frequency": "SYNCHRONOUS"],
        ],
        "ExportStatus": ["StatusCode": "HEALTHY"],
    ]

    @Test(
        "is found right, or wrong in each of its parts",
        arguments: [
            ("/none", "", nil),
            ("/Export/DataQuery/QueryStatement", "SELECT a FROM CARBON_EMISSIONS", .queryStatementInvalid),
            ("/Export/DataQuery/QueryStatement", "select a from cost_and_usage_report;", nil),
            (
                "/Export/DataQuery/TableConfigurations/COST_AND_USAGE_REPORT/TIME_GRANULARITY", "DAILY",
                .timeGranularityInvalid
            ),
            (
                "/Export/DataQuery/TableConfigurations/COST_AND_USAGE_REPORT/INCLUDE_RESOURCES", "FALSE",
                .includeResourcesDisabled
            ),
            ("/Export/DestinationConfigurations/S3Destination/S3Bucket", "other", .exportNotFound),
            ("/Export/DestinationConfigurations/S3Destination/S3Prefix", "other", .exportNotFound),
            ("/Export/DestinationConfigurations/S3Destination/S3Region", "us-east-2", .bucketRegionMismatch),
            (
                "/Export/DestinationConfigurations/S3Destination/S3OutputConfigurations/Compression", "ZIP",
                .fileFormatInvalid
            ),
            ("/Export/RefreshCadence/Frequency", "MONTHLY", .refreshCadenceInvalid),
            ("/ExportStatus/StatusCode", "UNHEALTHY", .exportStatusUnhealthy),
        ] as [(String, String, CCMIssue?)]
    )
    func issues(_ place: String, _ value: String, _ issue: CCMIssue?) throws {
        let export = Self.good.with(place, .string(value))
        #expect(CCMIssue.issues(of: export, for: try #require(report)) == (issue.map { [$0] } ?? []))
    }

    @Test("that is not described is not found")
    func empty() throws {
        #expect(CCMIssue.issues(of: [:], for: try #require(report)) == [.exportNotFound])
    }
}

@Suite("An event source of EventBridge")
struct EventBridgeSourceTests {
    @Test(
        "has a name of two parts, of which the first may have hyphens",
        arguments: [
            ("alerts-0a1b2c3d", "alerts"), ("app-alerts-0a1b2c3d", "app-alerts"), ("-0a1b", ""), ("alerts", nil),
        ]
            as [(String, String?)]
    )
    func parts(_ name: String, _ generatorName: String?) {
        #expect(EventBridgeSource.generatorName(of: name) == generatorName)
    }

    @Test("is read from what is stored")
    func stored() throws {
        let body: JSONValue = [
            "data": [
                "type": "event_bridge",
                "attributes": ["account_id": "123456789012", "event_generator_name": "alerts", "region": "us-east-1"],
            ]
        ]
        let id = try #require(Identifier("00000000-0000-0000-0000-000000000001"))
        let document = try DocumentSchema.eventBridge.create(body, id: id) { _ in "0a1b2c3d" }.document
        let source = try #require(EventBridgeSource(document["attributes"]))
        #expect(source.name == "alerts-0a1b2c3d")
        #expect(source.key == "123456789012/us-east-1/alerts")
        #expect(!source.hasBus)
    }
}
