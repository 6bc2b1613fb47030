import Documents
import Egress
import Testing

@testable import Acting

@Suite("The signature of a caller", .timeLimit(.minutes(10)))
struct SignatureClaimTests {
    @Test("is verified as botocore makes it", arguments: SignedVector.all)
    func vectors(_ vector: SignedVector) throws {
        let claim = try #require(try SignatureClaim(vector.request))
        #expect(claim.accessKeyID == SignedVector.accessKeyID)
        #expect(claim.scope == SigningScope(service: vector.service, region: "eu-west-1"))
        #expect(claim.isPresigned == vector.isPresigned)
        #expect(try vector.verify()?.scope == claim.scope)
    }

    @Test("is not looked for where there is none, and by no other scheme")
    func absence() throws {
        let vector = try SignedVector.named("sts GetCallerIdentity")
        for authorization in [nil, "Bearer kwa_x", "AWS AKID:signature"] {
            let other = vector.changing { $0.set("Authorization", authorization) }
            #expect(try SignatureClaim(other.request) == nil)
        }
    }

    @Test("is not that of a request with another method, path, query, host or body", arguments: SignedVector.all)
    func changes(_ vector: SignedVector) {
        #expect(vector.changing { $0.method = "DELETE" }.refusal() == .mismatch)
        #expect(vector.changing { $0.path += "x" }.refusal() == .mismatch)
        #expect(vector.changing { $0.path = $0.path.replacing("0193", with: "0194") }.refusal() == .mismatch)
        #expect(vector.changing { $0.query = ($0.query.map { $0 + "&" } ?? "") + "a=b" }.refusal() == .mismatch)
        #expect(vector.changing { $0.set("Host", "keyway.example") }.refusal() == .mismatch)
        #expect(vector.refusal(secret: "another") == .mismatch)
        let changed = vector.changing { $0.body += " " }
        if vector.headers.contains(where: { $0.1.hasPrefix("STREAMING-UNSIGNED") || $0.1 == "UNSIGNED-PAYLOAD" })
            || vector.isPresigned && vector.service == "s3"
        {
            #expect(changed.refusal() == nil)
            #expect(((try? changed.verify())??.coversBody) == false)
        } else {
            #expect(changed.refusal() == .mismatch)
            #expect(((try? vector.verify())??.coversBody) == true)
        }
    }

    @Test(
        "is not that of a request with any signed header changed, left out or sent twice",
        arguments: SignedVector.all
    )
    func headers(_ vector: SignedVector) throws {
        let names = try #require(try vector.verify()?.headers)
        for (name, value) in vector.headers where names.contains(name.lowercased()) {
            #expect(vector.changing { $0.set(name, value + "x") }.refusal() != nil, "\(name) changed")
            #expect(vector.changing { $0.set(name, nil) }.refusal() != nil, "\(name) left out")
            #expect(vector.changing { $0.headers.append((name, value)) }.refusal() != nil, "\(name) twice")
        }
    }

    @Test("need not cover what clients do not sign, nor the blanks in what they do")
    func leeway() throws {
        let vector = try SignedVector.named("s3 PutObject over plain HTTP")
        #expect(vector.changing { $0.set("User-Agent", "x") }.refusal() == nil)
        #expect(vector.changing { $0.set("Content-Length", nil) }.refusal() == nil)
        #expect(vector.changing { $0.set("x-amz-meta-a", "two blanks") }.refusal() == nil)
        #expect(vector.changing { $0.set("x-amz-meta-a", "twoblanks") }.refusal() == .mismatch)
        #expect(vector.changing { $0.set("X-AMZ-META-A", "\ttwo  blanks ") }.refusal() == nil)
    }

    @Test("must cover Host and all of AWS' own headers, by whatever separator", arguments: SignedVector.all)
    func unsigned(_ vector: SignedVector) {
        for name in ["X-Amz-Copy-Source", "x_amz_copy_source", "X-Amz.Acl"] {
            #expect(vector.changing { $0.headers.append((name, "x")) }.refusal() == .unsignedHeader)
        }
        let withoutHost = vector.changing { vector in
            vector.headers = vector.headers.map { ($0.0, $0.1.replacing("host;", with: "")) }
            vector.query = vector.query?.replacing("SignedHeaders=host", with: "SignedHeaders=range")
        }
        #expect(withoutHost.refusal() == .unsignedHeader)
    }

    @Test("holds for five minutes around its time, or for as long as a URL was signed for")
    func time() throws {
        let signed = try SignedVector.named("sts GetCallerIdentity")
        #expect([-300, 0, 300].allSatisfy { signed.refusal(at: $0) == nil })
        #expect([-301, 301, 86_400].allSatisfy { signed.refusal(at: $0) == .skewed })
        let url = try SignedVector.named("s3 presigned get_object")
        #expect([-300, 0, 301, 3_600].allSatisfy { url.refusal(at: $0) == nil })
        #expect(url.refusal(at: -301) == .skewed)
        #expect(url.refusal(at: 3_601) == .expired)
    }

    @Test("in a URL holds for seven days at most, and only as it was signed")
    func presigned() throws {
        let url = try SignedVector.named("s3 presigned put_object")
        for (seconds, code) in [
            ("7200", SignatureRefusal.Code.mismatch), ("604800", .mismatch), ("604801", .malformed), ("0", .malformed),
            ("-1", .malformed), ("x", .malformed),
        ] {
            let other = url.changing { $0.query = $0.query?.replacing("Expires=3600", with: "Expires=\(seconds)") }
            #expect(other.refusal() == code, "\(seconds)")
        }
        let signature = try #require(url.query?.split(separator: "&").last)
        #expect(url.changing { $0.query = $0.query.map { "\($0)&\(signature)" } }.refusal() == .malformed)
        #expect(url.changing { $0.query = $0.query?.replacing("&\(signature)", with: "") }.refusal() == .malformed)
        // In another order it is the same query.
        let sorted = url.changing { vector in
            vector.query = vector.query?.split(separator: "&").reversed().joined(separator: "&")
        }
        #expect(sorted.refusal() == nil)
        let header = try SignedVector.named("sts GetCallerIdentity").headers.filter { $0.0 == "Authorization" }
        #expect(url.changing { $0.headers += header }.refusal() == .malformed)
    }

    @Test(
        "that is another's, cut off or not in AWS' form is refused",
        arguments: [
            ("Credential=KWAA", "Credential=KWAB"), ("/20261130/", "/20261129/"), ("/20261130/", "//"),
            ("/eu-west-1/", "/us-east-1/"), ("/eu-west-1/", "/../"), ("/sts/", "/s3/"), ("/aws4_request", ""),
            ("/aws4_request", "/aws5_request"), ("content-type;host", "host;content-type"), ("content-type;", ""),
            ("host;", "Host;"), ("Signature=", "Signature=0"), ("Signature=", "Sig="), ("SHA256 ", "SHA256"),
            ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), (", S", "; S"),
        ]
    )
    func forged(_ this: String, _ that: String) throws {
        let vector = try SignedVector.named("sts GetCallerIdentity").changing { vector in
            vector.headers = vector.headers.map {
                ($0.0, $0.0 == "Authorization" ? $0.1.replacing(this, with: that) : $0.1)
            }
        }
        let claimed = (try? SignatureClaim(vector.request)) ?? nil
        // Whoever has another id is looked up by it: the secret is then another's.
        let secret = claimed?.accessKeyID == SignedVector.accessKeyID ? SignedVector.secretAccessKey : "another"
        #expect(vector.refusal(secret: secret) != nil)
    }

    @Test("of version 4A, of events, or over a body that is not digested here, is refused with what to do")
    func unsupported() throws {
        let put = try SignedVector.named("s3 PutObject over plain HTTP")
        for (payload, word) in [
            ("STREAMING-AWS4-HMAC-SHA256-EVENTS", "event streams"),
            ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "version 4A"), ("unsigned-payload", "UNSIGNED-PAYLOAD"),
            ("abc", "digest"),
        ] {
            let error = #expect(throws: SignatureRefusal.self) {
                try put.changing { $0.set("X-Amz-Content-SHA256", payload) }.verify()
            }
            #expect(error?.code == .malformed)
            #expect(error?.detail.contains(word) == true)
        }
        #expect(try SignedVector.named("dynamodb GetItem").refusal(body: .streamed) == .bodyTooLong)
        #expect(put.refusal(body: .streamed) == nil)
    }

    @Test("is taken for S3 of a path in its own way of writing it, and of no path that leads elsewhere")
    func objectPaths() throws {
        let get = try SignedVector.named("s3 GetObject with a range")
        #expect(get.changing { $0.path = $0.path.replacing("~", with: "%7E") }.refusal() == nil)
        for (this, that) in [("//", "/"), ("%281%29", "%282%29"), ("bucket/", "bucket%2F"), ("/x", "/./x")] {
            #expect(get.changing { $0.path = $0.path.replacing(this, with: that) }.refusal() == .mismatch, "\(that)")
        }
    }

    @Test("covers the query by what it says, in any order")
    func queries() throws {
        let list = try SignedVector.named("s3 ListObjectsV2")
        let reversed = list.changing { vector in
            vector.query = vector.query?.split(separator: "&").reversed().joined(separator: "&")
        }
        #expect(reversed.refusal() == nil)
        #expect(list.changing { $0.query = $0.query?.replacing("%2B", with: "%2b") }.refusal() == nil)
        #expect(list.changing { $0.query = $0.query?.replacing("%2B", with: "+") }.refusal() == .mismatch)
        #expect(
            list.changing { $0.query = $0.query?.replacing("list-type=2", with: "list-type=1") }.refusal() == .mismatch
        )
    }
}

@Suite("A body that its caller has signed", .timeLimit(.minutes(10)))
struct SignedBodyTests {
    /// "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks" and "… with
    /// trailing headers", in the Amazon S3 API Reference.
    private static func example(trailing: Bool, changing change: (String) -> String = { $0 }) -> SignedVector {
        let signed =
            "\(trailing ? "" : "content-encoding;content-length;")host;x-amz-content-sha256;x-amz-date;"
            + "x-amz-decoded-content-length;x-amz-storage-class" + (trailing ? ";x-amz-trailer" : "")
        let names = trailing ? "content-encoding;" + signed : signed
        let seed =
            trailing
            ? "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
            : "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
        let signatures =
            trailing
            ? [
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ]
            : [
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ]
        let end =
            trailing
            ? "x-amz-checksum-crc32c:sOO8/Q==\n\r\n"
                + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
            : "\r\n"
        let content = String(repeating: "a", count: 65_536)
        let body =
            "10000;chunk-signature=\(signatures[0])\r\n\(content)\r\n"
            + "400;chunk-signature=\(signatures[1])\r\n\(content.prefix(1_024))\r\n"
            + "0;chunk-signature=\(signatures[2])\r\n\(end)"
        var headers = [
            ("Host", "s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + (trailing ? "-TRAILER" : "")),
            ("Content-Encoding", "aws-chunked"), ("x-amz-decoded-content-length", "66560"),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                    + "SignedHeaders=\(names),Signature=\(seed)"
            ),
        ]
        headers.append(trailing ? ("x-amz-trailer", "x-amz-checksum-crc32c") : ("Content-Length", "66824"))
        return SignedVector(
            name: "",
            method: "PUT",
            path: "/examplebucket/chunkObject.txt",
            query: nil,
            headers: headers,
            body: change(body),
            service: "s3"
        )
    }

    private static func verify(
        _ vector: SignedVector,
        _ body: SignedRequest.Body? = nil
    ) throws(SignatureRefusal) -> (VerifiedSignature, SignedRequest)? {
        let request = body.map { vector.request(body: $0) } ?? vector.request
        guard let claim = try SignatureClaim(request), let now = UTCTime.parse("2013-05-24T00:00:00Z") else {
            return nil
        }
        let secret = Sample.secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        return (try claim.verify(request, secret: secret, now: now), request)
    }

    /// All that can be read of a body, and whether it came to its end.
    private static func read(_ upload: any UploadSource, by size: Int) -> (text: String, end: UploadReading) {
        var bytes: [UInt8] = []
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        defer { memory.deallocate() }
        while true {
            let reading = upload.read(into: memory)
            guard case .bytes(let count) = reading else { return (String(decoding: bytes, as: UTF8.self), reading) }
            bytes += memory[..<count]
        }
    }

    @Test("in chunks, with trailers or without, is verified as in AWS' examples", arguments: [false, true])
    func examples(_ trailing: Bool) throws {
        let vector = Self.example(trailing: trailing)
        #expect(try Self.verify(vector)?.0.coversBody == true)
        let (signature, request) = try #require(try Self.verify(vector, .streamed))
        for size in [1, 1_000, 100_000] {
            let upload = signature.checking(PiecedBody(vector.body, by: 16_384), of: request)
            #expect(upload.length == vector.body.utf8.count)
            let (text, end) = Self.read(upload, by: size)
            #expect(text == vector.body)
            #expect(end == .end)
        }
    }

    @Test(
        "in chunks is refused, and does not come to its end, if anything in it was changed",
        arguments: [
            ("aa\r\n", "ab\r\n"), ("ad80c7", "ad80c8"), ("b6c6ea", "b6c6eb"),
            (";chunk-signature=0055", ";chunk-signature=1"),
            (
                "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "400"
            ),
        ]
    )
    func changedChunks(_ this: String, _ that: String) throws {
        let vector = Self.example(trailing: false) { $0.replacing(this, with: that) }
        #expect(throws: SignatureRefusal.self) { try Self.verify(vector) }
        let (signature, request) = try #require(try Self.verify(vector, .streamed))
        let (text, end) = Self.read(signature.checking(PiecedBody(vector.body, by: 5_000), of: request), by: 4_096)
        guard case .failed(.unsignedBody) = end else { Issue.record("\(end)"); return }
        #expect(text.utf8.count < vector.body.utf8.count)
    }

    @Test(
        "in chunks is refused if its trailers, or their signature, were changed or left out",
        arguments: [
            ("sOO8/Q==", "sOO9/Q=="), ("d81f82", "d81f83"),
            (
                "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n", ""
            ),
        ]
    )
    func changedTrailers(_ this: String, _ that: String) throws {
        let vector = Self.example(trailing: true) { $0.replacing(this, with: that) }
        let error = #expect(throws: SignatureRefusal.self) { try Self.verify(vector) }
        #expect(error?.code == .mismatch)
        let (signature, request) = try #require(try Self.verify(vector, .streamed))
        let (text, end) = Self.read(signature.checking(PiecedBody(vector.body, by: 5_000), of: request), by: 4_096)
        guard case .failed(.unsignedBody) = end else { Issue.record("\(end)"); return }
        #expect(text.utf8.count < vector.body.utf8.count)
    }

    @Test("in chunks is no other if two chunks change places, or one is left out")
    func movedChunks() throws {
        let vector = Self.example(trailing: false) { body in
            // The first chunk is 65,536 bytes long and the second 1,024, each after its line.
            let lines = body.split(separator: "\r\n", omittingEmptySubsequences: false)
            return (lines[2..<4] + lines[..<2] + lines[4...]).joined(separator: "\r\n")
        }
        let error = #expect(throws: SignatureRefusal.self) { try Self.verify(vector) }
        #expect(error?.code == .mismatch)
    }

    @Test("with a digest does not come to its end if it is another", arguments: [1, 2, 3, 100])
    func digests(_ size: Int) throws {
        let vector = try SignedVector.named("s3 PutObject over plain HTTP")
        let signature = try #require(try vector.verify(body: .streamed))
        let request = vector.request(body: .streamed)
        let (text, end) = Self.read(signature.checking(PiecedBody("hello", by: size), of: request), by: size)
        #expect(text == "hello")
        #expect(end == .end)
        for other in ["hellO", "hell", "hello!", ""] {
            let upload = signature.checking(PiecedBody(other, by: size), of: request)
            let (text, end) = Self.read(upload, by: size)
            guard case .failed(.unsignedBody) = end else { Issue.record("\(end)"); continue }
            #expect(text == String(other.dropLast()))
            #expect(Self.read(upload, by: size).end == end)
        }
    }

    @Test("that the signature does not cover passes as it comes, and is told to be so")
    func unsigned() throws {
        for name in ["s3 PutObject over TLS", "s3 presigned put_object"] {
            let vector = try SignedVector.named(name)
            let signature = try #require(try vector.verify(body: .streamed))
            #expect(!signature.coversBody)
            let upload = signature.checking(PiecedBody("anything", by: 3), of: vector.request(body: .streamed))
            #expect(Self.read(upload, by: 100).text == "anything")
        }
    }
}
