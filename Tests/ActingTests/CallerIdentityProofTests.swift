import Cryptography
import Documents
import Egress
import Secrets
import Testing

@testable import Acting

@Suite("A proof of an AWS principal's name", .timeLimit(.minutes(10)))
struct CallerIdentityProofTests {
    private static let organization = "0193cb20-1234-7abc-8def-0123456789ab"
    private static let now = "2026-11-30T12:00:00Z"
    private static let names =
        "content-length;content-type;host;x-amz-date;x-amz-security-token;x-ddog-org-id"

    private static func base64(_ text: String) -> String {
        let buffer = Array(text.utf8).withUnsafeBytes { Base64.encode($0, .standard) }
        return buffer.text
    }

    /// A proof as the official clients make it, with something changed in it.
    private static func proof(
        body: String = "Action=GetCallerIdentity&Version=2011-06-15",
        method: String = "POST",
        url: String = "https://sts.eu-west-1.amazonaws.com",
        host: String = "sts.eu-west-1.amazonaws.com",
        service: String = "sts",
        names: String = names,
        changing changes: [String: String?] = [:]
    ) -> String {
        var headers: [String: String?] = [
            "Content-Length": "43", "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Amz-Date": "20261130T120000Z", "x-ddog-org-id": organization, "X-Amz-Security-Token": "session",
            "host": host,
            "Authorization": "AWS4-HMAC-SHA256 Credential=ASIAX/20261130/eu-west-1/\(service)/aws4_request, "
                + "SignedHeaders=\(names), Signature=\(String(repeating: "a", count: 64))",
            "User-Agent": "datadog-api-client",
        ]
        for (name, value) in changes { headers.updateValue(value, forKey: name) }
        let members = headers.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\"\(name)\":[\"\($0)\"]" }
        }
        let parts = [base64(body), base64("{\(members.joined(separator: ","))}"), method, base64(url)]
        return parts.joined(separator: "|")
    }

    private static func read(
        _ proof: String,
        _ environment: [String: String] = [:],
        at time: String = now
    ) throws(CallerIdentityRefusal) -> CallerIdentityProof {
        let endpoints = AWSEndpoints { environment[$0] }
        return try CallerIdentityProof(
            parsing: proof,
            endpoints: endpoints,
            now: UTCTime.parse(time) ?? Timestamp(microseconds: 0)
        )
    }

    private static func answer(_ arn: String, account: String = "123456789012") -> String {
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
            + "<Arn>\(arn)</Arn><UserId>AIDA</UserId><Account>\(account)</Account></GetCallerIdentityResult>"
            + "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    }

    @Test(
        "is sent to the very host that it names, if that is STS',",
        arguments: [
            "sts.amazonaws.com", "sts.eu-west-1.amazonaws.com", "sts.us-gov-west-1.amazonaws.com",
            "sts.cn-north-1.amazonaws.com.cn", "sts.eusc-de-east-1.amazonaws.eu",
        ]
    )
    func hosts(_ host: String) async throws {
        let proof = try Self.read(Self.proof(url: "https://\(host)/", host: host))
        #expect(proof.organization.description == Self.organization)
        let partition = host.hasSuffix(".cn") ? "aws-cn" : host.hasSuffix(".eu") ? "aws-eusc" : nil
        let name = partition ?? (host.contains("gov") ? "aws-us-gov" : "aws")
        let arn = "arn:\(name):sts::123456789012:assumed-role/R/s"
        let endpoint = RecordingTokenEndpoint(200, Self.answer(arn))
        #expect(try await proof.identity(by: endpoint) == CallerIdentity(arn: arn, account: "123456789012"))
        let request = try #require(await endpoint.requests.first)
        #expect(request.origin == "https://\(host)")
        #expect(request.host == host)
        #expect(request.target.text == "/")
        #expect(request.method == "POST")
        #expect(request.body?.text == "Action=GetCallerIdentity&Version=2011-06-15")
        #expect(
            request.headers.map { $0.name.lowercased() } == [
                "authorization", "content-type", "x-amz-date", "x-amz-security-token", "x-ddog-org-id",
            ]
        )
    }

    @Test(
        "is sent to no other host",
        arguments: [
            "http://sts.amazonaws.com", "https://sts.amazonaws.com:443", "https://evil.example",
            "https://sts.amazonaws.com.evil.example",
            "https://user@sts.amazonaws.com", "https://sts.evil.amazonaws.com",
            "https://sts.eu-west-1.amazonaws.com.cn",
            "https://sts.cn-north-1.amazonaws.com", "https://xsts.amazonaws.com", "https://sts.amazonaws.com/x",
            "https://sts.amazonaws.com?a", "https://sts.amazonaws.com#a", "https://s3.eu-west-1.amazonaws.com",
            "https://sts.eu-west-1.api.aws", "https://STS.amazonaws.com", "https://", "sts.amazonaws.com", "",
        ]
    )
    func otherHosts(_ url: String) {
        let host = url.replacing("https://", with: "")
        #expect(throws: CallerIdentityRefusal.self) { try Self.read(Self.proof(url: url, host: host)) }
    }

    @Test("goes where the operator has STS, by the host that was signed")
    func override() async throws {
        let proof = try Self.read(Self.proof(), ["AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1234"])
        let endpoint = RecordingTokenEndpoint(200, Self.answer("arn:aws:iam::123456789012:user/ci"))
        _ = try await proof.identity(by: endpoint)
        let request = try #require(await endpoint.requests.first)
        #expect(request.origin == "http://127.0.0.1:1234")
        #expect(request.host == "sts.eu-west-1.amazonaws.com")
    }

    @Test("asks nothing but the name")
    func others() {
        for proof in [
            Self.proof(body: "Action=AssumeRole&Version=2011-06-15"), Self.proof(body: ""), Self.proof(method: "GET"),
            Self.proof(method: "post"), Self.proof(service: "iam"), "", "a|b|c|d", "|||", Self.proof() + "|",
            String(Self.proof().dropLast(1)), Self.proof(body: String(repeating: "a", count: 40_000)),
        ] {
            #expect(throws: CallerIdentityRefusal.self) { try Self.read(proof) }
        }
    }

    @Test("names the organisation and the host in headers that are signed")
    func headers() {
        for name in ["host", "x-ddog-org-id", "x-amz-date", "x-amz-security-token"] {
            let left = Self.names.split(separator: ";").filter { $0 != name }.joined(separator: ";")
            #expect(throws: CallerIdentityRefusal.self, "\(name)") { try Self.read(Self.proof(names: left)) }
        }
        let changes: [[String: String?]] = [
            ["x-ddog-org-id": nil], ["x-ddog-org-id": "another"], ["X-DDOG-ORG-ID": Self.organization], ["host": nil],
            ["host": "sts.amazonaws.com"], ["HOST": "sts.eu-west-1.amazonaws.com"], ["Authorization": nil],
            ["Authorization": "Bearer x"], ["X-Amz-Date": nil], ["Content-Length": "44"], ["X-Amz-Target": "x"],
            ["X-Amz-Date": "20261130T120000Z\\r\\nA: b"], ["a b": "c"],
        ]
        for change in changes {
            #expect(throws: CallerIdentityRefusal.self, "\(change)") { try Self.read(Self.proof(changing: change)) }
        }
    }

    @Test("is taken for five minutes around its time")
    func time() {
        for (time, isTaken) in [
            ("2026-11-30T11:55:00Z", true), ("2026-11-30T12:05:00Z", true), ("2026-11-30T11:54:59Z", false),
            ("2026-11-30T12:05:01Z", false),
        ] {
            #expect(((try? Self.read(Self.proof(), at: time)) != nil) == isTaken, "\(time)")
        }
    }

    @Test("is none if STS does not take it, or answers anything else")
    func answers() async throws {
        let proof = try Self.read(Self.proof())
        let refused = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"
        for (status, body, isUnavailable) in [
            (403, refused, false), (403, "", false), (400, refused, false), (429, "", true), (500, "", true),
            (302, "", false), (200, "", true), (200, "{}", true),
            (200, Self.answer("arn:aws-cn:iam::123456789012:user/x"), true),
            (200, Self.answer("arn:aws:iam::123456789012:user/x", account: "210987654321"), true),
        ] {
            let endpoint = RecordingTokenEndpoint(status, body)
            let error = await #expect(throws: CallerIdentityRefusal.self, "\(status)") {
                _ = try await proof.identity(by: endpoint)
            }
            #expect(error?.isUnavailable == isUnavailable, "\(status) \(body)")
        }
        let unreachable = RecordingTokenEndpoint { _ in .failure(.timedOut) }
        let error = await #expect(throws: CallerIdentityRefusal.self) {
            _ = try await proof.identity(by: unreachable)
        }
        #expect(error?.isUnavailable == true)
    }
}
