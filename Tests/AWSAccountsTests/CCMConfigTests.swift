import AWSAccounts
import Documents
import Testing
import TestSupport

@Suite("The cost and usage configuration of an AWS account")
struct CCMConfigTests {
    private static let list = "/data/attributes/ccm_config/data_export_configs"

    private static let report: JSONValue = [
        "bucket_name": "billing",
        "bucket_region": "us-east-1",
        "report_name": "cost-and-usage-report",
        "report_prefix": "reports",
        "report_type": "CUR2.0",
    ]

    private static let otherReport: JSONValue = [
        "bucket_name": "billing-updated",
        "bucket_region": "us-west-2",
        "report_name": "cost-report-updated",
        "report_prefix": "reports-updated",
        "report_type": "CUR2.0",
    ]

    private static func body(_ reports: JSONValue...) -> JSONValue {
        ["data": ["attributes": ["ccm_config": ["data_export_configs": .array(reports)]], "type": "ccm_config"]]
    }

    private func create(_ body: JSONValue) throws(InvalidDocument) -> JSONValue {
        try DocumentSchema.ccmConfig.create(body, id: Sample.id, issue: Sample.issue).document
    }

    private func update(_ stored: JSONValue, by body: JSONValue) throws(InvalidDocument) -> JSONValue {
        try DocumentSchema.ccmConfig.update(body, id: Sample.id, of: stored, issue: Sample.issue).document
    }

    private func pointers(_ body: JSONValue) -> [String] {
        do {
            _ = try create(body)
            return []
        } catch {
            return error.problems.map(\.pointer)
        }
    }

    @Test("is answered as the reference does, the list without the object around it")
    func answers() throws {
        let expected =
            #"{"id":"0193cb20-1234-7abc-8def-0123456789ab","type":"ccm_config","attributes":{"data_export_configs":"#
            + #"[{"report_name":"cost-and-usage-report","report_prefix":"reports","report_type":"CUR2.0","#
            + #""bucket_name":"billing","bucket_region":"us-east-1"}]}}"#
        #expect(DocumentSchema.ccmResponse(to: try create(Self.body(Self.report))).json == expected)
    }

    @Test("is replaced as a whole by an update that sends the list")
    func replaces() throws {
        let stored = try create(Self.body(Self.report, Self.report))
        let updated = try update(stored, by: Self.body(Self.otherReport))
        #expect(updated.json == (try create(Self.body(Self.otherReport))).json)
    }

    @Test("stays as it is when an update does not send the list", arguments: [nil, .object([])] as [JSONValue?])
    func keeps(_ sent: JSONValue?) throws {
        let stored = try create(Self.body(Self.report))
        let body = Self.body().with("/data/attributes/ccm_config", sent)
        #expect(try update(stored, by: body) == stored)
    }

    @Test("may list no report")
    func empty() throws {
        let answer = DocumentSchema.ccmResponse(to: try create(Self.body()))
        #expect(answer.at("/attributes")?.json == #"{"data_export_configs":[]}"#)
    }

    @Test(
        "requires the list, and every member of a report",
        arguments: [
            ("/data/attributes/ccm_config", list),
            (list, list),
            ("\(list)/0/bucket_name", "\(list)/0/bucket_name"),
            ("\(list)/0/bucket_region", "\(list)/0/bucket_region"),
            ("\(list)/0/report_name", "\(list)/0/report_name"),
            ("\(list)/0/report_prefix", "\(list)/0/report_prefix"),
            ("\(list)/0/report_type", "\(list)/0/report_type"),
        ]
    )
    func requires(_ place: String, pointer: String) {
        #expect(pointers(Self.body(Self.report).with(place, nil)) == [pointer])
    }

    @Test(
        "refuses malformed values, each at its place",
        arguments: [
            ("bucket_name", ""), ("bucket_name", "Billing/"), ("bucket_name", "ab"), ("bucket_name", "a b"),
            ("bucket_name", "-billing"), ("bucket_region", "useast1"), ("bucket_region", ""), ("report_name", ""),
            ("report_name", 17), ("report_prefix", "a\nb"), ("report_prefix", .null), ("report_type", ""),
            ("unknown", "x"),
        ] as [(String, JSONValue)]
    )
    func malformed(_ member: String, value: JSONValue) {
        let body = Self.body(Self.report, Self.otherReport.with("/\(member)", value))
        #expect(pointers(body) == ["\(Self.list)/1/\(member)"])
    }

    @Test("may have an empty prefix")
    func emptyPrefix() {
        #expect(pointers(Self.body(Self.report.with("/report_prefix", ""))) == [])
    }

    private static let values: [JSONValue?] = [
        nil, .null, true, 17, [], .object([]), ["a": 1], [.object([])], "", "text", "a\nb", "us-east-1",
        .string(String(repeating: "a", count: 300)),
    ]

    @Test("has a schema that takes what is taken", arguments: body(report).places)
    func schema(_ place: String) throws {
        let schemas = [JSONSchema.body(of: .ccmConfig, for: .create), JSONSchema.body(of: .ccmConfig, for: .update)]
        let stored = try create(Self.body(Self.report))
        for value in Self.values {
            let body = Self.body(Self.report).with(place, value)
            #expect(SchemaCheck.accepts(body, schemas[0]) == pointers(body).isEmpty)
            let isTaken = (try? update(stored, by: body)) != nil
            #expect(SchemaCheck.accepts(body, schemas[1]) == isTaken)
        }
    }
}
