import Acting
import Connections
import Documents
import Egress
import NetworkTypes
import Secrets
import Testing

@Suite("A request of an AWS connection", .timeLimit(.minutes(10)))
struct AWSActTests {
    private static let principal = [
        "AWS_ACCESS_KEY_ID": "AKIAPRINCIPAL", "AWS_SECRET_ACCESS_KEY": "principal-secret",
    ]

    static func connection(settings: JSONValue? = nil, role: String = "Keyway") -> ActConnection.Stored {
        Sample.connection(
            "AWS",
            "AWSAssumeRole",
            [
                "account_id": "123456789012", "role": .string(role), "external_id": "0123456789abcdef0123456789abcdef",
                "principal_id": "000000000000",
            ],
            settings: settings
        )
    }

    /// A response with a session that expires when it is said to.
    static func session(_ number: Int = 1, expiry: String = "2015-08-30T13:36:00Z") -> String {
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>\
        <AccessKeyId>ASIASESSION\(number)</AccessKeyId><SecretAccessKey>session-secret-\(number)</SecretAccessKey>\
        <SessionToken>session-token-\(number)</SessionToken><Expiration>\(expiry)</Expiration>\
        </Credentials></AssumeRoleResult></AssumeRoleResponse>
        """
    }

    private static func authenticator(
        _ endpoint: RecordingTokenEndpoint,
        environment: [String: String] = principal
    ) -> ActAuthenticator {
        let clock = TestClock()
        return ActAuthenticator(endpoint: endpoint, aws: AWSCredentialSource { environment[$0] }, now: { clock.time })
    }

    @Test("is signed with a session of the role, which Keyway's own principal assumes with the external ID")
    func assumesRole() async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.session())
        let request = Sample.request(
            "POST",
            "/dynamodb/eu-west-1/",
            headers: [
                ("X-Amz-Target", "DynamoDB_20120810.ListTables"), ("Content-Type", "application/x-amz-json-1.0"),
                ("X-Amz-Date", "forged"), ("X-Amz-Security-Token", "forged"), ("Authorization", "forged"), ("A", "b"),
            ],
            body: "{}"
        )
        let act = try Sample.planner().plan(request, on: Self.connection(settings: ["region": "eu-central-1"]))
        let sent = try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets([:]))

        let assumed = try #require(await endpoint.requests.first)
        #expect(assumed.method == "POST")
        #expect(assumed.url == "https://sts.eu-central-1.amazonaws.com/")
        #expect(
            assumed.body?.text
                == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FKeyway"
                + "&RoleSessionName=keyway-0193cb20-1234-7abc-8def-0123456789ab"
                + "&ExternalId=0123456789abcdef0123456789abcdef&DurationSeconds=3600"
        )
        #expect(assumed.header("X-Amz-Date") == "20150830T123600Z")
        #expect(assumed.header("X-Amz-Security-Token") == nil)
        #expect(
            assumed.header("Authorization")?.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIAPRINCIPAL/20150830/eu-central-1/sts/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-date, Signature="
            ) == true
        )

        #expect(sent.request.url == "https://dynamodb.eu-west-1.amazonaws.com/")
        #expect(sent.request.header("X-Amz-Security-Token") == "session-token-1")
        #expect(sent.request.header("A") == "b")
        #expect(!sent.request.headerLines.contains { $0.contains("forged") })
        #expect(
            sent.request.header("Authorization")?.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=ASIASESSION1/20150830/eu-west-1/dynamodb/aws4_request, SignedHeaders="
                    + "content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature="
            ) == true
        )
        #expect(sent.secrets.map(\.text) == ["session-secret-1", "session-token-1"])
    }

    @Test(
        "goes to the service that its path names, and is signed for it",
        arguments: [
            ("/ec2/us-east-1/", "https://ec2.us-east-1.amazonaws.com/", "us-east-1/ec2"),
            ("/ec2/us-east-1", "https://ec2.us-east-1.amazonaws.com/", "us-east-1/ec2"),
            ("/s3/eu-west-1/bucket/a%20b//c", "https://s3.eu-west-1.amazonaws.com/bucket/a%20b//c", "eu-west-1/s3"),
            ("/iam/eu-west-1/", "https://iam.amazonaws.com/", "us-east-1/iam"),
            ("/route53/us-east-1/2013-04-01/x", "https://route53.amazonaws.com/2013-04-01/x", "us-east-1/route53"),
            ("/cloudfront/us-east-1/x", "https://cloudfront.amazonaws.com/x", "us-east-1/cloudfront"),
            ("/organizations/eu-west-1/", "https://organizations.us-east-1.amazonaws.com/", "us-east-1/organizations"),
            ("/sts/aws-global/", "https://sts.amazonaws.com/", "us-east-1/sts"),
            ("/sts/eu-west-1/", "https://sts.eu-west-1.amazonaws.com/", "eu-west-1/sts"),
            ("/ec2/cn-north-1/", "https://ec2.cn-north-1.amazonaws.com.cn/", "cn-north-1/ec2"),
            ("/iam/cn-north-1/", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1/iam"),
            ("/iam/us-gov-west-1/", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1/iam"),
            ("/email/eu-west-1/", "https://email.eu-west-1.amazonaws.com/", "eu-west-1/ses"),
            (
                "/bedrock-runtime/us-east-1/model/x/invoke",
                "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke",
                "us-east-1/bedrock"
            ),
            ("/ecr/us-east-1/", "https://api.ecr.us-east-1.amazonaws.com/", "us-east-1/ecr"),
            ("/models-v2-lex/us-east-1/", "https://models-v2-lex.us-east-1.amazonaws.com/", "us-east-1/lex"),
            ("/oidc/eu-west-1/", "https://oidc.eu-west-1.amazonaws.com/", "eu-west-1/sso-oauth"),
            (
                "/marketplace-entitlement/us-east-1/", "https://entitlement.marketplace.us-east-1.amazonaws.com/",
                "us-east-1/aws-marketplace"
            ),
            ("/s3/aws-global/", "https://s3.amazonaws.com/", "us-east-1/s3"),
            ("/dsql/eu-west-1/", "https://dsql.eu-west-1.api.aws/", "eu-west-1/dsql"),
            ("/ec2/eusc-de-east-1/", "https://ec2.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1/ec2"),
            ("/ec2/us-iso-east-1/", "https://ec2.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1/ec2"),
            ("/iam/us-isob-east-1/", "https://iam.us-isob-east-1.sc2s.sgov.gov/", "us-isob-east-1/iam"),
        ]
    )
    func services(path: String, url: String, scope: String) async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.session())
        let act = try Sample.planner().plan(Sample.request("GET", path), on: Self.connection())
        let sent = try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets([:]))
        #expect(sent.request.url == url)
        #expect(sent.request.header("Authorization")?.contains("/20150830/\(scope)/aws4_request") == true)
    }

    @Test(
        "assumes the role in the partition of the region, at a token service of that partition",
        arguments: [
            ("us-east-1", nil, nil, "arn:aws:", "https://sts.us-east-1.amazonaws.com"),
            ("eu-west-1", nil, "eu-north-1", "arn:aws:", "https://sts.eu-north-1.amazonaws.com"),
            ("eu-west-1", "eu-west-3", "eu-north-1", "arn:aws:", "https://sts.eu-west-3.amazonaws.com"),
            ("cn-north-1", "eu-west-3", "eu-north-1", "arn:aws-cn:", "https://sts.cn-north-1.amazonaws.com.cn"),
            ("us-gov-east-1", nil, "us-gov-west-1", "arn:aws-us-gov:", "https://sts.us-gov-west-1.amazonaws.com"),
        ] as [(String, String?, String?, String, String)]
    )
    func partitions(region: String, setting: String?, standard: String?, arn: String, origin: String) async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.session())
        let settings = setting.map { JSONValue.object([.init("region", .string($0))]) }
        let planner = Sample.planner(standard.map { ["AWS_REGION": $0] } ?? [:])
        let act = try planner.plan(Sample.request("GET", "/ec2/\(region)/"), on: Self.connection(settings: settings))
        _ = try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets([:]))
        let assumed = try #require(await endpoint.requests.first)
        #expect(assumed.origin == origin)
        let encoded = arn.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
        #expect(assumed.body?.text.contains("RoleArn=\(encoded)iam%3A%3A123456789012%3Arole%2FKeyway&") == true)
    }

    @Test("names a role with its path, with or without a slash before it", arguments: ["/team/Keyway", "team/Keyway"])
    func rolePath(_ role: String) async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.session())
        let act = try Sample.planner().plan(Sample.request("GET", "/ec2/us-east-1/"), on: Self.connection(role: role))
        _ = try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets([:]))
        #expect(await endpoint.requests.first?.body?.text.contains("%3Arole%2Fteam%2FKeyway&") == true)
    }

    @Test(
        "is refused where its path names no service and region",
        arguments: [
            "", "/", "/ec2", "/ec2/", "//ec2/us-east-1/", "/EC2/us-east-1/", "/ec2/us_east_1/", "/a.b/us-east-1/",
            "/ec2/us-east-1.evil.example/", "/-a/us-east-1/", "/ec2/us-east-1-/x", "/a%2eb/us-east-1/",
            "/ec2/aws-global/", "/evil.example%2f/us-east-1/", "/\(String(repeating: "a", count: 64))/us-east-1/",
        ]
    )
    func unnamedService(_ path: String) {
        let refused = code { () throws(ActRefusal) in
            _ = try Sample.planner().plan(Sample.request("GET", path), on: Self.connection())
        }
        #expect(refused == .serviceNotNamed || refused == .pathNotAllowed)
    }

    @Test("cannot have two slashes at the front of what is sent")
    func doubleSlash() {
        let refused = code { () throws(ActRefusal) in
            _ = try Sample.planner().plan(Sample.request("GET", "/s3/us-east-1//evil"), on: Self.connection())
        }
        #expect(refused == .pathNotAllowed)
    }

    @Test("hashes its body for S3, and takes no other hash, date or signature from the caller")
    func s3() async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.session())
        let request = Sample.request(
            "PUT",
            "/s3/us-east-1/bucket/key",
            query: "x-id=1&X-Amz-Signature=forged&x-amz-credential=forged&AWSAccessKeyId=forged&uploads",
            headers: [("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), ("x-amz-acl", "private")],
            body: "Welcome to Amazon S3."
        )
        let act = try Sample.planner().plan(request, on: Self.connection())
        let sent = try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets([:]))
        #expect(sent.request.url == "https://s3.us-east-1.amazonaws.com/bucket/key?x-id=1&uploads")
        #expect(
            sent.request.headers.filter { $0.name.lowercased() == "x-amz-content-sha256" }.map(\.value.text)
                == ["44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"]
        )
        #expect(
            sent.request.header("Authorization")?.contains(
                "SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date;x-amz-security-token,"
            ) == true
        )
    }

    @Test(
        "has the path of an object written as it is signed, and no other",
        arguments: [
            ("/s3/us-east-1/b/a(b)*c:d@e=f&g+h", "/b/a%28b%29%2Ac%3Ad%40e%3Df%26g%2Bh"),
            ("/s3/us-east-1/b/%c3%bc", "/b/%C3%BC"),
            ("/s3/us-east-1/b/%7Ea%2Db", "/b/~a-b"), ("/s3/us-east-1/b/a%2Fb//c/", "/b/a%2Fb//c/"),
            ("/s3/us-east-1/b/100%25", "/b/100%25"), ("/execute/us-east-1/a(b)*%c3%bc", "/a(b)*%c3%bc"),
        ]
    )
    func objectPaths(path: String, sent: String) throws {
        let act = try Sample.planner().plan(Sample.request("GET", path), on: Self.connection())
        #expect(act.path == sent)
        #expect(act.pathBelowBase == path.split(separator: "/").prefix(2).map { "/\($0)" }.joined() + sent)
    }

    @Test("shows no key in a dry run")
    func masked() throws {
        let act = try Sample.planner().plan(Sample.request("GET", "/ec2/us-east-1/"), on: Self.connection())
        #expect(act.masked.url == "https://ec2.us-east-1.amazonaws.com/")
        #expect(
            act.masked.headers.map { "\($0.name): \($0.value)" } == [
                "Authorization: AWS4-HMAC-SHA256 [keyway:redacted]", "X-Amz-Security-Token: [keyway:redacted]",
            ]
        )
        #expect(act.neededSecrets.isEmpty)
    }

    @Test("goes where the standard environment says, and is signed for that host")
    func endpointOverride() async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.session())
        let environment = [
            "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:6000/base/",
        ]
        let planner = Sample.planner(environment)
        let authenticator = Self.authenticator(endpoint)
        for (path, url) in [
            ("/ec2/us-east-1/x", "http://127.0.0.1:5000/x"), ("/iam/us-east-1/", "http://127.0.0.1:5000/"),
            ("/bedrock-runtime/us-east-1/x", "http://127.0.0.1:6000/base/x"),
        ] {
            let act = try planner.plan(Sample.request("GET", path), on: Self.connection())
            let sent = try await authenticator.authenticate(act, with: StoredSecrets([:]))
            #expect(sent.request.url == url)
        }
        #expect(await endpoint.requests.map(\.url) == ["http://127.0.0.1:5000/"])
        let ignoring = Sample.planner(environment.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 })
        let act = try ignoring.plan(Sample.request("GET", "/ec2/us-east-1/"), on: Self.connection())
        #expect(act.origin == "https://ec2.us-east-1.amazonaws.com")
    }

    @Test(
        "fails with AWS' own code where the role may not be assumed",
        arguments: [
            (403, "AccessDenied", ActFailure.Code.tokenRefused), (400, "ValidationError", .tokenRefused),
            (403, "InvalidClientTokenId", .principalRefused), (403, "ExpiredToken", .principalRefused),
            (403, "SignatureDoesNotMatch", .principalRefused),
            (400, "Throttling", .tokenThrottled), (503, "ServiceUnavailable", .tokenUnreachable),
        ]
    )
    func refused(status: Int, vendorCode: String, code: ActFailure.Code) async throws {
        let body = "<ErrorResponse><Error><Code>\(vendorCode)</Code><Message>marker</Message></Error></ErrorResponse>"
        let endpoint = RecordingTokenEndpoint(status, body)
        let act = try Sample.planner().plan(Sample.request("GET", "/ec2/us-east-1/"), on: Self.connection())
        let error = await #expect(throws: ActFailure.self) {
            try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets([:]))
        }
        #expect(error?.code == code)
        #expect(error?.vendorCode == vendorCode)
        #expect(error?.detail.contains("trust policy") == (code == .tokenRefused))
        #expect(error?.detail.contains("Keyway's own credentials") == (code == .principalRefused))
        #expect(error?.detail.contains("marker") == false)
    }

    @Test(
        "fails where an answer holds no session",
        arguments: ["", "{}", "<AssumeRoleResponse/>", session(expiry: "soon")]
    )
    func malformed(_ body: String) async throws {
        let endpoint = RecordingTokenEndpoint(200, body)
        let act = try Sample.planner().plan(Sample.request("GET", "/ec2/us-east-1/"), on: Self.connection())
        let error = await #expect(throws: ActFailure.self) {
            try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets([:]))
        }
        #expect(error?.code == .tokenMalformed)
    }

    @Test("fails, and says what to set, where Keyway has no credentials of its own")
    func noPrincipal() async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.session())
        let act = try Sample.planner().plan(Sample.request("GET", "/ec2/us-east-1/"), on: Self.connection())
        let error = await #expect(throws: ActFailure.self) {
            try await Self.authenticator(endpoint, environment: ["HOME": "/nonexistent"])
                .authenticate(act, with: StoredSecrets([:]))
        }
        #expect(error?.code == .principalMissing)
        #expect(error?.detail.contains("AWS_SHARED_CREDENTIALS_FILE") == true)
        #expect(await endpoint.requests.isEmpty)
    }

    @Test(
        "is sent again with another session where this one is said to have expired",
        arguments: [
            (401, nil, "", true), (403, nil, "<Code>ExpiredToken</Code>", true),
            (400, nil, #"{"__type":"com.amazon#ExpiredTokenException"}"#, true),
            (400, "ExpiredTokenException", "", true),
            (403, nil, "<Code>AccessDenied</Code>", false), (403, "AccessDeniedException", "", false),
            (200, nil, "ExpiredToken", false),
            (500, nil, "ExpiredToken", false),
        ] as [(Int, String?, String, Bool)]
    )
    func renews(status: Int, type: String?, body: String, isRenewed: Bool) async throws {
        let endpoint = RecordingTokenEndpoint { .success((200, Self.session($0))) }
        let authenticator = Self.authenticator(endpoint)
        let act = try Sample.planner().plan(Sample.request("GET", "/ec2/us-east-1/"), on: Self.connection())
        let sent = try await authenticator.authenticate(act, with: StoredSecrets([:]))
        let head = ResponseHead(
            status: status,
            headers: type.map { [.init(name: "x-amzn-ErrorType", value: $0)] } ?? []
        )
        let isToRenew = Array(body.utf8).withUnsafeBytes {
            authenticator.shouldRenew(after: head, bodyStart: $0, of: sent)
        }
        #expect(isToRenew == isRenewed)
    }
}
