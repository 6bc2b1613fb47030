import Documents
import Secrets
import Testing

@testable import Acting

@Suite("An upload in the framing aws-chunked", .timeLimit(.minutes(10)))
struct AWSChunkedTests {
    private static let connection = Sample.connection(
        "AWS",
        "AWSAssumeRole",
        ["account_id": "123456789012", "role": "Example", "external_id": "0123456789abcdef0123456789abcdef"]
    )
    private static let signature = ";chunk-signature=" + String(repeating: "a", count: 64)

    private static func plan(
        _ body: String,
        _ headers: [(String, String)],
        path: String = "/s3/eu-west-1/bucket/key"
    ) throws(ActRefusal) -> PlannedAct {
        try Sample.planner().plan(Sample.request("PUT", path, headers: headers, body: body), on: connection)
    }

    private static func text(_ act: PlannedAct) -> String {
        String(decoding: act.maskedBody.bytes, as: UTF8.self)
    }

    private static func headers(_ payload: String, _ more: (String, String)...) -> [(String, String)] {
        [("X-Amz-Content-Sha256", payload), ("Content-Encoding", "aws-chunked"), ("X-Amz-Decoded-Content-Length", "5")]
            + more
    }

    private static let trailer = ("X-Amz-Trailer", "x-amz-checksum-crc32")

    private static let allForms: [(body: String, headers: [(String, String)])] = [
        (
            "2\(signature)\r\nhe\r\n3\(signature)\r\nllo\r\n0\(signature)\r\n\r\n",
            headers("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        ),
        (
            "5\(signature)\r\nhello\r\n0\(signature)\r\nx-amz-checksum-crc32:NhCmhg==\n\r\n"
                + "x-amz-trailer-signature:\(String(repeating: "b", count: 64))\r\n\r\n",
            headers("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", trailer)
        ),
        (
            "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
            headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer)
        ),
        ("5\r\nhello\r\n0\r\n\r\n", headers("STREAMING-UNSIGNED-PAYLOAD")),
        ("05\r\nhello\r\n0\r\n", [("X-Amz-Content-Sha256", "streaming-unsigned-payload-trailer")]),
        ("5\r\nhello\r\n0\r\n\r\n", [("Content-Encoding", "AWS-Chunked")]),
    ]

    @Test("is taken out of it, in all of its forms", arguments: allForms.indices)
    func forms(_ index: Int) throws {
        let (body, headers) = Self.allForms[index]
        let act = try Self.plan(body, headers)
        #expect(Self.text(act) == "hello")
        let names = Set(act.masked.headers.map { $0.name.lowercased() })
        #expect(
            names.isDisjoint(with: [
                "content-encoding", "x-amz-trailer", "x-amz-decoded-content-length", "x-amz-content-sha256",
            ])
        )
        #expect(names.contains("x-amz-checksum-crc32") == body.contains("crc32"))
    }

    @Test(
        "keeps the other codings",
        arguments: [("aws-chunked,gzip", "gzip"), ("gzip, aws-chunked", "gzip"), ("a, AWS-CHUNKED ,b", "a, b")]
    )
    func codings(_ sent: String, _ kept: String) throws {
        let act = try Self.plan("1\r\nx\r\n0\r\n\r\n", [("Content_Encoding", sent)])
        #expect(act.masked.headers.filter { $0.name == "Content-Encoding" }.map(\.value) == [kept])
    }

    @Test("is empty when there is nothing in it")
    func empty() throws {
        let act = try Self.plan("0\r\n\r\n", [("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")])
        #expect(act.maskedBody.count == 0)
    }

    @Test("is left alone where the headers do not speak of it")
    func plain() throws {
        let act = try Self.plan("5\r\nhello\r\n0\r\n\r\n", [("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")])
        #expect(Self.text(act) == "5\r\nhello\r\n0\r\n\r\n")
    }

    @Test(
        "is refused when it is damaged",
        arguments: [
            "", "hello", "5\r\nhello", "5\r\nhello\r\n", "6\r\nhello\r\n0\r\n\r\n", "4\r\nhello\r\n0\r\n\r\n",
            "5\nhello\n0\n\n", "-5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n", "\r\nhello\r\n0\r\n\r\n", "5;x=y\r\nhello\r\n0\r\n\r\n",
            "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "7fffffffffffffff\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\nmore", "5\r\nhello\r\n0\r\nx", "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
            "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
            "4\r\nhell\r\n0\r\n\r\n",
        ]
    )
    func damaged(_ body: String) {
        let code = code { () throws(ActRefusal) in
            _ = try Self.plan(body, Self.headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER"))
        }
        #expect(code == .bodyNotAllowed)
    }

    @Test(
        "is refused when its trailers are not what was announced, or not right",
        arguments: [
            ("x-amz-checksum-crc32", ""), ("", "x-amz-checksum-crc32:NhCmhg==\r\n"),
            ("x-amz-checksum-crc32", "x-amz-checksum-crc32:NhCmhQ==\r\n"),
            ("x-amz-checksum-crc32", "x-amz-checksum-crc32:\r\n"),
            ("x-amz-checksum-sha256", "x-amz-checksum-crc32:NhCmhg==\r\n"),
            ("x-amz-checksum-crc32", "x-amz-checksum-crc32:NhCmhg==\r\nx-amz-checksum-crc32:NhCmhg==\r\n"),
            ("x-amz-meta-a", "x-amz-meta-a:b\r\n"), ("host", "host:b\r\n"),
            ("x-amz-checksum-", "x-amz-checksum-:b\r\n"),
        ]
    )
    func trailers(_ announced: String, _ lines: String) {
        let more = announced.isEmpty ? [] : [("X-Amz-Trailer", announced)]
        let code = code { () throws(ActRefusal) in
            _ = try Self.plan(
                "5\r\nhello\r\n0\r\n\(lines)\r\n",
                Self.headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER") + more
            )
        }
        #expect(code == .bodyNotAllowed)
    }

    @Test(
        "is refused when its payload is of a kind that is not known",
        arguments: [
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
            "STREAMING-AWS4-HMAC-SHA256-EVENTS",
        ]
    )
    func unknown(_ payload: String) {
        let error = #expect(throws: ActRefusal.self) {
            try Self.plan("5\r\nhello\r\n0\r\n\r\n", Self.headers(payload))
        }
        #expect(error?.code == .bodyNotAllowed)
        #expect(error?.detail.contains("4A") == payload.contains("ECDSA"))
    }

    /// The check values of the catalogues of such algorithms, for the digits 1 to 9, and those of "hello".
    @Test(
        "has its checksum verified",
        arguments: [
            ("crc32", "123456789", "y/Q5Jg=="), ("crc32c", "123456789", "4waSgw=="),
            ("crc64nvme", "123456789", "rosUhgp5mIg="), ("crc32", "hello", "NhCmhg=="), ("crc32", "", "AAAAAA=="),
            ("sha256", "hello", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        ]
    )
    func checksums(_ algorithm: String, _ text: String, _ value: String) {
        #expect(S3Checksum(algorithm[...])?.text(of: Sample.buffer(text)) == value)
    }

    @Test("has other checksums passed on as they are", arguments: ["sha1", "md5", "xxhash64"])
    func otherChecksums(_ algorithm: String) throws {
        let act = try Self.plan(
            "5\r\nhello\r\n0\r\nX-Amz-Checksum-\(algorithm):abc=\r\n\r\n",
            Self.headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER", ("X-Amz-Trailer", "x-amz-checksum-\(algorithm)"))
        )
        #expect(act.masked.headers.contains(FoldedHeader(name: "x-amz-checksum-\(algorithm)", value: "abc=")))
    }
}
