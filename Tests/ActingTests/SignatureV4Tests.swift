import Documents
import Secrets
import Testing

@testable import Acting

/// One request of AWS' own, and the signature that AWS has published for it.
struct SignatureVector: Sendable, CustomTestStringConvertible {
    let name: String
    var method = "GET"
    var path = "/"
    var query: String?
    var headers: [(String, String)] = []
    var body = ""
    var token: String?
    let signedHeaders: String
    let signature: String

    var testDescription: String { name }

    private static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    private static let sessionToken =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUu"
        + "wthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHN"
        + "VXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA"
        + "=="

    /// The Signature Version 4 Test Suite, which AWS published at
    /// https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html, by the names of its cases: secret
    /// key `wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY`, region `us-east-1`, service `service`, 2015-08-30 12:36:00 UTC.
    static let suite = [
        SignatureVector(
            name: "get-vanilla",
            signedHeaders: "host;x-amz-date",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        SignatureVector(
            name: "get-vanilla-empty-query-key",
            query: "Param1=value1",
            signedHeaders: "host;x-amz-date",
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
        ),
        SignatureVector(
            name: "get-vanilla-query-order-key-case",
            query: "Param2=value2&Param1=value1",
            signedHeaders: "host;x-amz-date",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        SignatureVector(
            name: "get-vanilla-query-unreserved",
            query: "\(unreserved)=\(unreserved)",
            signedHeaders: "host;x-amz-date",
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
        ),
        SignatureVector(
            name: "get-vanilla-utf8-query",
            query: "%E1%88%B4=bar",
            signedHeaders: "host;x-amz-date",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        SignatureVector(
            name: "get-utf8",
            path: "/%E1%88%B4",
            signedHeaders: "host;x-amz-date",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
        ),
        SignatureVector(
            name: "get-space",
            path: "/example%20space/",
            signedHeaders: "host;x-amz-date",
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
        ),
        SignatureVector(
            name: "get-header-key-duplicate",
            headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
        ),
        SignatureVector(
            name: "get-header-value-order",
            headers: [
                ("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"), ("My-Header1", "value2"),
            ],
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
        ),
        SignatureVector(
            name: "get-header-value-trim",
            headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signedHeaders: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
        SignatureVector(
            name: "post-vanilla",
            method: "POST",
            signedHeaders: "host;x-amz-date",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        ),
        SignatureVector(
            name: "post-vanilla-query",
            method: "POST",
            query: "Param1=value1",
            signedHeaders: "host;x-amz-date",
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
        ),
        SignatureVector(
            name: "post-header-key-case",
            method: "POST",
            headers: [("MY-HEADER1", "value1")],
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        ),
        SignatureVector(
            name: "post-header-value-case",
            method: "POST",
            headers: [("My-Header1", "VALUE1")],
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
        ),
        SignatureVector(
            name: "post-x-www-form-urlencoded",
            method: "POST",
            headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1",
            signedHeaders: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        ),
        SignatureVector(
            name: "post-sts-header-before",
            method: "POST",
            token: sessionToken,
            signedHeaders: "host;x-amz-date;x-amz-security-token",
            signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
        ),
    ]

    /// "Authenticating Requests: Using the Authorization Header", in the Amazon S3 API Reference: secret key
    /// `wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`, region `us-east-1`, 2013-05-24 00:00:00 UTC.
    static let s3 = [
        SignatureVector(
            name: "GET Object",
            path: "/test.txt",
            headers: [("Range", "bytes=0-9")],
            signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        SignatureVector(
            name: "PUT Object",
            method: "PUT",
            path: "/test$file.text",
            headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            body: "Welcome to Amazon S3.",
            signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        SignatureVector(
            name: "GET Bucket Lifecycle",
            query: "lifecycle",
            signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        SignatureVector(
            name: "GET Bucket",
            query: "max-keys=2&prefix=J",
            signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ]
}

@Suite("A signature of AWS' version 4", .timeLimit(.minutes(10)))
struct SignatureV4Tests {
    @Test("is that of AWS' test suite", arguments: SignatureVector.suite)
    func suite(_ vector: SignatureVector) {
        let authorization = Self.sign(
            vector,
            id: "AKIDEXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            service: "service",
            host: "example.amazonaws.com",
            time: "2015-08-30T12:36:00Z",
            headers: [("X-Amz-Date", "20150830T123600Z")] + (vector.token.map { [("X-Amz-Security-Token", $0)] } ?? [])
        )
        #expect(
            authorization
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=\(vector.signedHeaders), Signature=\(vector.signature)"
        )
    }

    @Test("is that of the examples for S3", arguments: SignatureVector.s3)
    func s3(_ vector: SignatureVector) {
        let authorization = Self.sign(
            vector,
            id: "AKIAIOSFODNN7EXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            service: "s3",
            host: "examplebucket.s3.amazonaws.com",
            time: "2013-05-24T00:00:00Z",
            headers: [("X-Amz-Date", "20130524T000000Z"), ("x-amz-content-sha256", Self.digest(vector.body))]
        )
        #expect(
            authorization
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=\(vector.signedHeaders), Signature=\(vector.signature)"
        )
    }

    @Test("is that of the example for IAM in AWS' General Reference")
    func iam() {
        let vector = SignatureVector(
            name: "ListUsers",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            signedHeaders: "content-type;host;x-amz-date",
            signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        )
        let authorization = Self.sign(
            vector,
            id: "AKIDEXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            service: "iam",
            host: "iam.amazonaws.com",
            time: "2015-08-30T12:36:00Z",
            headers: [("X-Amz-Date", "20150830T123600Z")]
        )
        #expect(authorization.hasSuffix("Signature=\(vector.signature)"))
    }

    @Test("encodes the path once more than it is sent, but for S3, and leaves empty segments out")
    func paths() {
        let sign = { (path: String, once: Bool) in
            Self.sign(
                SignatureVector(name: "", path: path, signedHeaders: "", signature: ""),
                id: "A",
                secret: "S",
                service: "service",
                host: "example.amazonaws.com",
                time: "2015-08-30T12:36:00Z",
                headers: [],
                encodesPathOnce: once
            )
        }
        #expect(sign("/a%20b", false) != sign("/a%20b", true))
        #expect(sign("/a%20b", false) == sign("/a%2520b", true))
        #expect(sign("/a+b", true) == sign("/a%2Bb", true))
        #expect(sign("//a///b/", false) == sign("/a/b/", false))
        #expect(sign("/a//b", true) != sign("/a/b", true))
        #expect(sign("//", false) == sign("/", false))
        #expect(sign("/a/", false) != sign("/a", false))
    }

    private static func digest(_ text: String) -> String {
        text.isEmpty
            ? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            : text == "Param1=value1"
                ? "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
                : "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    }

    private static func sign(
        _ vector: SignatureVector,
        id: String,
        secret: String,
        service: String,
        host: String,
        time: String,
        headers: [(String, String)],
        encodesPathOnce: Bool = true
    ) -> String {
        let signature = SignatureV4(
            credentials: AWSCredentials(
                accessKeyID: id,
                secretAccessKey: Secret(copying: secret.utf8),
                sessionToken: nil
            ),
            scope: SigningScope(service: service, region: "us-east-1"),
            time: UTCTime.parse(time) ?? Timestamp(microseconds: 0),
            encodesPathOnce: encodesPathOnce
        )
        return signature.authorization(
            method: vector.method,
            path: vector.path,
            query: vector.query,
            headers: ([("Host", host)] + vector.headers + headers).map { ($0.0, Secret(copying: $0.1.utf8)) },
            payloadDigest: digest(vector.body)
        )
    }
}

@Suite("A moment", .timeLimit(.minutes(10)))
struct UTCTimeTests {
    @Test(
        "is read as AWS writes it",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2011-07-15T23:28:33.359Z", 1_310_772_513),
            ("2015-08-30T12:36:00Z", 1_440_938_160),
            ("2000-02-29T23:59:59Z", 951_868_799), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ]
    )
    func reads(text: String, seconds: Int64) {
        #expect(UTCTime.parse(text)?.microseconds == seconds * 1_000_000)
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "", "2015-08-30", "2015-08-30T12:36:00", "2015-13-30T12:36:00Z", "2015-08-30 12:36:00Z",
            "yyyy-08-30T12:36:00Z",
        ]
    )
    func refuses(_ text: String) {
        #expect(UTCTime.parse(text) == nil)
    }

    @Test("is written as signatures have it")
    func writes() {
        #expect(UTCTime.compact(Timestamp(microseconds: 1_440_938_160_999_999)) == "20150830T123600Z")
    }
}
