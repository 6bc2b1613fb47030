import Documents
import Egress
import Testing

@testable import Acting

/// A body whose pieces are there when the test has them.
final class PiecedBody: UploadSource, @unchecked Sendable {
    // Safe to share: one thread uses it.
    let length: Int?
    private var pieces: [[UInt8]]

    init(_ text: String, by size: Int) {
        let bytes = Array(text.utf8)
        length = bytes.count
        pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> UploadReading {
        guard let piece = pieces.first else { return .end }
        let count = min(piece.count, buffer.count)
        buffer.copyBytes(from: piece[..<count])
        if count == piece.count { pieces.removeFirst() } else { pieces[0].removeFirst(count) }
        return .bytes(count)
    }

    func whenReadable(_ wake: @escaping @Sendable () -> Void) {}
    func close() {}
}

@Suite("An upload to AWS that is sent while it comes", .timeLimit(.minutes(10)))
struct AWSUploadTests {
    private static let connection = Sample.connection(
        "AWS",
        "AWSAssumeRole",
        ["account_id": "123456789012", "role": "Example", "external_id": "0123456789abcdef0123456789abcdef"]
    )
    private static let signature = ";chunk-signature=" + String(repeating: "a", count: 64)
    private static let length = ("X-Amz-Decoded-Content-Length", "5")
    private static let trailer = ("X-Amz-Trailer", "x-amz-checksum-crc32")

    private static func plan(
        _ headers: [(String, String)] = [],
        _ body: PiecedBody = PiecedBody("hello", by: 5),
        path: String = "/s3/eu-west-1/bucket/key"
    ) throws(ActRefusal) -> PlannedAct {
        let request = ActRequest(
            method: "PUT",
            path: path,
            headers: headers.map { FoldedHeader(name: $0.0, value: $0.1) },
            upload: body
        )
        return try Sample.planner().plan(request, on: connection)
    }

    /// The body that is sent in the end, or why it is not.
    private static func sent(_ plan: PlannedAct) -> Result<String, EgressError> {
        guard case .streamed(let upload) = plan.body else { return .success("") }
        var bytes: [UInt8] = []
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 7, alignment: 1)
        defer { memory.deallocate() }
        while true {
            switch upload.read(into: memory) {
            case .bytes(let count): bytes += memory[..<count]
            case .end: return .success(String(decoding: bytes, as: UTF8.self))
            case .failed(let error): return .failure(error)
            case .pending: return .failure(.timedOut)
            }
        }
    }

    private static func header(_ name: String, in plan: PlannedAct) -> String? {
        plan.masked.headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    @Test("goes without a digest, or with the one that the caller states")
    func payload() throws {
        #expect(try Self.plan().payload == "UNSIGNED-PAYLOAD")
        #expect(try Self.plan([("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]).payload == "UNSIGNED-PAYLOAD")
        let digest = String(repeating: "0a", count: 32)
        #expect(try Self.plan([("X-Amz-Content-Sha256", digest)]).payload == digest)
        #expect(try Self.plan([("X-Amz-Content-Sha256", digest)], path: "/lambda/eu-west-1/x").payload == digest)
    }

    @Test("to a service that takes no request without a digest is refused")
    func otherServices() {
        #expect(code { () throws(ActRefusal) in _ = try Self.plan(path: "/lambda/eu-west-1/x") } == .bodyTooLong)
    }

    @Test("is taken out of a framing without trailers", arguments: [1, 3, 1_000])
    func content(_ size: Int) throws {
        let body = "2\(Self.signature)\r\nhe\r\n3\(Self.signature)\r\nllo\r\n0\(Self.signature)\r\n\r\n"
        let plan = try Self.plan(
            [
                ("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), Self.length,
                ("Content-Encoding", "gzip,aws-chunked"),
            ],
            PiecedBody(body, by: size)
        )
        #expect(plan.payload == "UNSIGNED-PAYLOAD")
        #expect(Self.header("Content-Encoding", in: plan) == "gzip")
        #expect(Self.header("X-Amz-Decoded-Content-Length", in: plan) == nil)
        if case .streamed(let upload) = plan.body { #expect(upload.length == 5) }
        #expect(Self.sent(plan) == .success("hello"))
    }

    @Test("keeps its trailers, in a framing without signatures", arguments: [1, 3, 1_000])
    func trailers(_ size: Int) throws {
        let end = "x-amz-checksum-crc32:NhCmhg==\r\n"
        let signed =
            "2\(Self.signature)\r\nhe\r\n3\(Self.signature)\r\nllo\r\n0\(Self.signature)\r\n\(end)"
            + "x-amz-trailer-signature:\(String(repeating: "b", count: 64))\r\n\r\n"
        let unsigned = "2\r\nhe\r\n3\r\nllo\r\n0\r\n\(end)\r\n"
        for (kind, body) in [("AWS4-HMAC-SHA256", signed), ("UNSIGNED", unsigned)] {
            let plan = try Self.plan(
                [("X-Amz-Content-Sha256", "STREAMING-\(kind)-PAYLOAD-TRAILER"), Self.length, Self.trailer],
                PiecedBody(body, by: size)
            )
            #expect(plan.payload == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            #expect(Self.header("Content-Encoding", in: plan) == "aws-chunked")
            #expect(Self.header("X-Amz-Trailer", in: plan) == "x-amz-checksum-crc32")
            #expect(Self.header("X-Amz-Decoded-Content-Length", in: plan) == "5")
            if case .streamed(let upload) = plan.body {
                #expect(upload.length == (kind == "UNSIGNED" ? unsigned.utf8.count : nil))
            }
            #expect(Self.sent(plan) == .success(unsigned))
        }
    }

    @Test(
        "that is not what its headers say does not come to its end",
        arguments: [
            "hello", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n\r\nmore", "6\r\nhello!\r\n0\r\n\r\n",
            "4\r\nhell\r\n0\r\n\r\n",
            "5\r\nhello0\r\n\r\n", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
        ]
    )
    func malformed(_ body: String) throws {
        let plan = try Self.plan(
            [("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD"), Self.length],
            PiecedBody(body, by: 4)
        )
        guard case .failure(.malformedBody) = Self.sent(plan) else {
            Issue.record("it came to its end")
            return
        }
    }

    @Test("is refused with trailers that are no checksums, or without its length")
    func headers() {
        let payload = ("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        #expect(code { () throws(ActRefusal) in _ = try Self.plan([payload]) } == .bodyNotAllowed)
        let other = ("X-Amz-Trailer", "x-other")
        #expect(code { () throws(ActRefusal) in _ = try Self.plan([payload, Self.length, other]) } == .bodyNotAllowed)
    }
}
