import Access
import Documents
import Secrets
import Testing

@testable import Acting

@Suite("A request that its caller has signed for AWS", .timeLimit(.minutes(10)))
struct SignedPlaceTests {
    private static let connection = Sample.connection(
        "AWS",
        "AWSAssumeRole",
        ["account_id": "123456789012", "role": "Example", "external_id": "0123456789abcdef0123456789abcdef"]
    )

    private static func plan(
        _ path: String,
        service: String,
        region: String = "eu-west-1",
        headers: [(String, String)] = [],
        on connection: ActConnection.Stored = connection
    ) throws(ActRefusal) -> PlannedAct {
        let scope = SigningScope(service: service, region: region)
        let key = AWSSigningKey(Sample.secret("secret"), day: "20261130", scope)
        let request = ActRequest(
            method: "POST",
            path: path,
            query: "X-Amz-Signature=a&x=1",
            headers: headers.map { FoldedHeader(name: $0.0, value: $0.1) },
            signature: VerifiedSignature(
                scope: scope,
                headers: ["host"],
                payload: .unsigned,
                chunks: ChunkSignatures(key: key, time: "", seed: "")
            )
        )
        return try Sample.planner().plan(request, on: connection)
    }

    @Test(
        "goes to the service and region that it is signed for, or that its path names",
        arguments: [
            ("sts", "", "https://sts.eu-west-1.amazonaws.com/", "/sts/eu-west-1"),
            ("sts", "/", "https://sts.eu-west-1.amazonaws.com/", "/sts/eu-west-1/"),
            ("sts", "/sts/eu-west-1/", "https://sts.eu-west-1.amazonaws.com/", "/sts/eu-west-1/"),
            ("s3", "/bucket/a//b", "https://s3.eu-west-1.amazonaws.com/bucket/a//b", "/s3/eu-west-1/bucket/a//b"),
            ("s3", "/s3/eu-west-1/bucket", "https://s3.eu-west-1.amazonaws.com/bucket", "/s3/eu-west-1/bucket"),
            ("s3", "/sts/eu-west-1", "https://s3.eu-west-1.amazonaws.com/sts/eu-west-1", "/s3/eu-west-1/sts/eu-west-1"),
            (
                "backup", "/backup/plans/x", "https://backup.eu-west-1.amazonaws.com/backup/plans/x",
                "/backup/eu-west-1/backup/plans/x"
            ),
            ("monitoring", "/", "https://monitoring.eu-west-1.amazonaws.com/", "/monitoring/eu-west-1/"),
            ("sso-oauth", "/token", "https://oidc.eu-west-1.amazonaws.com/token", "/sso-oidc/eu-west-1/token"),
            ("ses", "/v2/email", "https://email.eu-west-1.amazonaws.com/v2/email", "/ses/eu-west-1/v2/email"),
            (
                "lex", "/lexv2-runtime/eu-west-1/bots", "https://runtime-v2-lex.eu-west-1.amazonaws.com/bots",
                "/lexv2-runtime/eu-west-1/bots"
            ),
        ]
    )
    func places(_ service: String, _ path: String, _ url: String, _ judged: String) throws {
        let plan = try Self.plan(path, service: service)
        #expect(plan.masked.url == url + "?x=1")
        #expect(plan.pathBelowBase == judged)
    }

    @Test("goes where X-Amz-Target says, if one name stands for several services")
    func targets() throws {
        for (target, host) in [
            ("DynamoDB_20120810.GetItem", "dynamodb"), ("DynamoDBStreams_20120810.ListStreams", "streams.dynamodb"),
        ] {
            let plan = try Self.plan("/", service: "dynamodb", headers: [("X-Amz-Target", target)])
            #expect(plan.origin == "https://\(host).eu-west-1.amazonaws.com")
        }
    }

    @Test(
        "is refused, with their names, if nothing tells which of several services is meant",
        arguments: [
            ("dynamodb", nil, "dynamodbstreams"), ("dynamodb", "Other.GetItem", "dynamodbstreams"),
            ("execute-api", nil, "connectparticipant"), ("lex", nil, "lexv2-runtime"),
            ("timestream", "Timestream_20181101.Query", "timestream-write"),
        ] as [(String, String?, String)]
    )
    func ambiguous(_ service: String, _ target: String?, _ other: String) {
        let error = #expect(throws: ActRefusal.self) {
            try Self.plan("/", service: service, headers: target.map { [("X-Amz-Target", $0)] } ?? [])
        }
        #expect(error?.code == .serviceNotNamed)
        #expect(error?.detail.contains(other) == true)
    }

    @Test("is refused if its path names another region, or the connection is none of AWS")
    func mismatches() {
        #expect(
            code { () throws(ActRefusal) in _ = try Self.plan("/sts/us-east-1/", service: "sts") } == .serviceNotNamed
        )
        #expect(
            code { () throws(ActRefusal) in
                _ = try Self.plan("/v1/models", service: "sts", on: Sample.openAI())
            } == .headerNotAllowed
        )
    }

    @Test("is signed for by each name as the service's own endpoint is")
    func signingNames() throws {
        let endpoints = AWSEndpoints { _ in nil }
        for line in AWSServices.signingLines.split(separator: "\n") {
            let name = String(line.prefix { $0 != " " })
            for service in AWSServices.services(signedAs: name) {
                #expect(
                    try endpoints.endpoint(of: service.name, in: "us-east-1").signingName == name,
                    "\(service.name)"
                )
            }
        }
    }

    @Test("leaves nothing of its signature in what is sent")
    func traces() throws {
        let plan = try Self.plan(
            "/bucket/key",
            service: "s3",
            headers: [
                ("Authorization", "AWS4-HMAC-SHA256 Credential=KWAAX"), ("X-Amz-Date", "20261130T120000Z"),
                ("X-Amz-Security-Token", "token"), ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
                ("X-Amz-Acl", "private"),
            ]
        )
        let names = plan.masked.headers.map { $0.name.lowercased() }
        #expect(names.filter { $0.hasPrefix("x-amz-") } == ["x-amz-acl", "x-amz-security-token"])
        #expect(!plan.masked.headers.contains { $0.value.contains("KWAA") || $0.value == "token" })
    }

    @Test("meets no rule that looks at a body which it does not cover")
    func downgrade() throws {
        let rules = try RuleSample.rules(
            """
            [{"name": "one key", "paths": ["/**"], "body": [{"pointer": "/a", "values": [1]}]},
             {"name": "reads", "methods": ["GET"], "paths": ["/**"]}]
            """
        )
        func verdict(_ method: String, signed: Bool) -> RuleVerdict {
            rules.judge(
                RuleSubject(
                    principal: RuleSample.principal,
                    method: method,
                    rawPath: "/s3/eu-west-1/bucket/key",
                    rawQuery: nil,
                    headers: [FoldedHeader(name: "Content-Type", value: "application/json")],
                    body: Sample.buffer(#"{"a": 1}"#),
                    isBodySigned: signed
                )
            )
        }
        #expect(verdict("PUT", signed: true) == .allowed(rule: "one key"))
        #expect(verdict("PUT", signed: false) == .refused(RuleRefusal(rule: "one key", .notAllowed, [.unsignedBody])))
        #expect(verdict("GET", signed: false) == .allowed(rule: "reads"))
    }
}
