import Documents
import Testing

@testable import Acting

@Suite("A host of AWS")
struct AWSHostTests {
    private static let commercial = AWSPartition(ofRegion: "us-east-1")

    @Test(
        "stands for a service and a region",
        arguments: [
            ("sqs.eu-west-1.amazonaws.com", "sqs", "sqs", "eu-west-1"),
            ("ec2.us-west-2.amazonaws.com", "ec2", "ec2", "us-west-2"),
            ("monitoring.eu-west-1.amazonaws.com", "monitoring", "monitoring", "eu-west-1"),
            ("api.ecr.eu-west-1.amazonaws.com", "ecr", "ecr", "eu-west-1"),
            ("runtime.sagemaker.eu-west-1.amazonaws.com", "sagemaker-runtime", "sagemaker", "eu-west-1"),
            ("iam.amazonaws.com", "iam", "iam", "us-east-1"), ("sts.amazonaws.com", "sts", "sts", "us-east-1"),
            ("sts.eu-west-1.amazonaws.com", "sts", "sts", "eu-west-1"),
            ("s3.eu-west-1.amazonaws.com", "s3", "s3", "eu-west-1"), ("s3.amazonaws.com", "s3", "s3", "us-east-1"),
            ("account.us-east-1.amazonaws.com", "account", "account", "us-east-1"),
            ("dsql.eu-west-1.api.aws", "dsql", "dsql", "eu-west-1"),
        ]
    )
    func services(_ name: String, _ service: String, _ signingName: String, _ region: String) throws {
        let host = try AWSHost.named(name, in: Self.commercial, signedFor: nil)
        #expect(host.service == service)
        #expect(host.signingName == signingName)
        #expect(host.region == region)
        #expect(host.bucket == nil)
        let signed = SigningScope(service: signingName, region: region)
        #expect(try AWSHost.named(name, in: Self.commercial, signedFor: signed).region == region)
    }

    @Test(
        "of several services is the one that is signed for",
        arguments: [("monitoring", "monitoring"), ("rds", "rds")]
    )
    func shared(_ name: String, _ signed: String) throws {
        let host = try AWSHost.named(
            "\(name).eu-west-1.amazonaws.com",
            in: Self.commercial,
            signedFor: SigningScope(service: signed, region: "eu-west-1")
        )
        #expect(host.service == name)
    }

    @Test("has a bucket before it, if it is S3's", arguments: ["s3.eu-west-1.amazonaws.com", "s3.amazonaws.com"])
    func buckets(_ storage: String) throws {
        let host = try AWSHost.named("a-bucket.\(storage)", in: Self.commercial, signedFor: nil)
        #expect(host.bucket == "a-bucket")
        #expect(host.service == "s3")
    }

    @Test("of S3 for all regions is of the one that is signed for, in its partition")
    func everywhere() throws {
        let name = "a-bucket.s3.amazonaws.com"
        let signed = SigningScope(service: "s3", region: "eu-west-1")
        #expect(try AWSHost.named(name, in: Self.commercial, signedFor: signed).region == "eu-west-1")
        for region in ["cn-north-1", "us-gov-west-1", "anything"] {
            let refused = code { () throws(ActRefusal) in
                let scope = SigningScope(service: "s3", region: region)
                _ = try AWSHost.named(name, in: Self.commercial, signedFor: scope)
            }
            #expect(refused == .serviceNotNamed)
        }
    }

    @Test(
        "is not one for which another service or region is signed",
        arguments: [("iam", "eu-west-1"), ("sqs", "us-east-1"), ("s3", "eu-west-1")]
    )
    func signedForOthers(_ service: String, _ region: String) {
        let refused = code { () throws(ActRefusal) in
            let scope = SigningScope(service: service, region: region)
            _ = try AWSHost.named("sqs.eu-west-1.amazonaws.com", in: Self.commercial, signedFor: scope)
        }
        #expect(refused == .serviceNotNamed)
    }

    @Test(
        "is none of a customer's, and none of another partition",
        arguments: [
            "amazonaws.com", "ec2-203-0-113-7.compute-1.amazonaws.com", "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
            "abc.execute-api.eu-west-1.amazonaws.com", "lb.eu-west-1.elb.amazonaws.com",
            "a.b.s3.eu-west-1.amazonaws.com", "bucket.sqs.eu-west-1.amazonaws.com",
            "search-x.eu-west-1.es.amazonaws.com", "db.abc.eu-west-1.rds.amazonaws.com",
            "s3.us-gov-west-1.amazonaws.com",
            "s3.cn-north-1.amazonaws.com.cn", "s3.eu-west-1.amazonaws.com.evil.example", "eu-west-1.amazonaws.com",
            ".s3.eu-west-1.amazonaws.com", "a..s3.eu-west-1.amazonaws.com", "S3.eu-west-1.amazonaws.com",
        ]
    )
    func others(_ name: String) {
        #expect(AWSHost.all(named: name, in: Self.commercial).isEmpty)
    }

    @Test("is of the partition of the connection's region")
    func partitions() throws {
        let stored = Self.connection(settings: ["region": "cn-north-1"])
        let planner = Sample.planner()
        let addresses = planner.boundAddresses(of: try planner.connection(stored))
        #expect(addresses.map(\.name) == ["amazonaws.com.cn", "api.amazonwebservices.com.cn"])
        #expect(addresses.contains { $0.includes("s3.cn-north-1.amazonaws.com.cn", port: 443) })
        #expect(!addresses.contains { $0.includes("s3.cn-north-1.amazonaws.com.cn", port: 8_443) })
        #expect(!addresses.contains { $0.includes("s3.eu-west-1.amazonaws.com", port: 443) })
    }

    @Test("is sent to as it is, and rules see service, region and bucket")
    func plans() throws {
        let plan = try Self.plan("https://a-bucket.s3.eu-west-1.amazonaws.com", "/key%20one", service: "s3")
        #expect(plan.origin + plan.path == "https://a-bucket.s3.eu-west-1.amazonaws.com/key%20one")
        #expect(plan.pathBelowBase == "/s3/eu-west-1/a-bucket/key%20one")
        let other = try Self.plan("https://sqs.eu-west-1.amazonaws.com", "/", service: "sqs")
        #expect(other.origin + other.path == "https://sqs.eu-west-1.amazonaws.com/")
        #expect(other.pathBelowBase == "/sqs/eu-west-1/")
        // A path that begins like those at the base URL is a bucket's name here.
        let named = try Self.plan("https://s3.eu-west-1.amazonaws.com", "/iam/us-east-1/x", service: "s3")
        #expect(named.pathBelowBase == "/s3/eu-west-1/iam/us-east-1/x")
    }

    @Test("is none where the operator has put another in its place")
    func overridden() throws {
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"] {
            let refused = code { () throws(ActRefusal) in
                _ = try Self.plan(
                    "https://sqs.eu-west-1.amazonaws.com",
                    "/",
                    service: "sqs",
                    environment: [name: "http://127.0.0.1:9"]
                )
            }
            #expect(refused == .destinationNotAllowed)
        }
        let planner = Sample.planner(["AWS_ENDPOINT_URL": "http://127.0.0.1:9"])
        #expect(planner.boundAddresses(of: try planner.connection(Self.connection())).isEmpty)
    }

    private static func connection(settings: JSONValue? = nil) -> ActConnection.Stored {
        Sample.connection(
            "AWS",
            "AWSAssumeRole",
            ["account_id": "123456789012", "role": "role", "external_id": "x", "principal_id": "1"],
            settings: settings
        )
    }

    /// The plan of a request that its tool has signed for a service in eu-west-1, by keys of its own.
    private static func plan(
        _ origin: String,
        _ path: String,
        service: String,
        environment: [String: String] = [:]
    ) throws(ActRefusal) -> PlannedAct {
        let arrival = ThirdPartyArrival(
            origin: origin,
            addsCredentials: false,
            signedFor: SigningScope(service: service, region: "eu-west-1")
        )
        let request = ActRequest(method: "GET", path: path, arrival: arrival)
        return try Sample.planner(environment).plan(request, on: connection())
    }
}

@Suite("The host that issues a cloud's tokens")
struct TokenHostTests {
    @Test("is bound, and no request is sent to it")
    func hosts() throws {
        let google = Sample.connection(
            "GCP",
            "GCPServiceAccount",
            ["private_key": "", "service_account_email": "a@b.c"]
        )
        let azure = Sample.connection(
            "Azure",
            "AzureTenant",
            ["app_client_id": "1", "client_secret": "", "tenant_id": "t"]
        )
        let planner = Sample.planner()
        for (stored, host, cloud) in [
            (google, "oauth2.googleapis.com", BoundAddress.TokenCloud.google),
            (azure, "login.microsoftonline.com", .entra),
        ] {
            let found = planner.boundAddresses(of: try planner.connection(stored)).filter {
                $0.includes(host, port: 443)
            }
            #expect(found.map(\.tokenCloud) == [cloud])
            #expect(found.first?.path(for: "/token", at: host) == nil)
        }
    }
}
