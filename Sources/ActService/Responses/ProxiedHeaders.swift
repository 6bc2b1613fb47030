import Cryptography
import Egress
import Scrubbing

/// Which headers of a third party's answer reach the caller.
package enum ProxiedHeaders {
    /// The headers that concern the hop alone, or that only a browser would take to heart and apply to
    /// this server's address.
    private static let dropped: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "content-length", "set-cookie", "set-cookie2", "date",
        "strict-transport-security", "public-key-pins", "alt-svc", "clear-site-data", "nel", "report-to",
        "reporting-endpoints", "service-worker-allowed", "refresh", "content-security-policy",
        "content-security-policy-report-only", "x-content-type-options", "access-control-allow-origin",
        "access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods",
        "access-control-expose-headers", "access-control-max-age",
    ]

    /// The answer's headers as they are passed on: masked, and without what is dropped or can't be passed on.
    ///
    /// - Parameters:
    ///   - head: What the third party sent.
    ///   - patterns: What is masked.
    ///   - isDecoded: Whether the body is passed on without its content coding.
    /// - Returns: What reaches the caller.
    static func passedOn(
        _ head: AnswerHead,
        scrubbedOf patterns: ScrubPatterns,
        isDecoded: Bool
    ) -> [ActResponse.Header] {
        var hops: Set<String> = []
        for header in head.headers where header.name.lowercased() == "connection" {
            for name in header.value.split(separator: ",") {
                hops.insert(name.lowercased().filter { $0 != " " && $0 != "\t" })
            }
        }
        var headers: [ActResponse.Header] = []
        headers.reserveCapacity(head.headers.count)
        for header in head.headers {
            let name = header.name.lowercased()
            if name == "content-encoding", isDecoded { continue }
            guard !dropped.contains(name), !hops.contains(name), !name.hasPrefix("keyway-"),
                header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { continue }
            let newName = renamed(name, in: head)
            headers.append(newName.map(header.renamed) ?? header)
        }
        let names = patterns.scrubbing(headers: headers.map(\.name))
        let values = patterns.scrubbing(headers: headers.map(\.value))
        var passed: [ActResponse.Header] = []
        passed.reserveCapacity(headers.count)
        for (index, header) in headers.enumerated() {
            // A name can't hold a mask: one that would need it stays behind with its value.
            guard names[index] == header.name else { continue }
            passed.append(
                header.rawValue.map { .init(name: header.name, bytes: patterns.scrubbing(header: $0)) }
                    ?? .init(name: header.name, value: values[index])
            )
        }
        return passed
    }

    /// Whether an answer's body says that it is JSON, or lines of it.
    static func isJSON(_ head: AnswerHead) -> Bool {
        guard let type = head["Content-Type"]?.utf8.prefix(while: { $0 != UInt8(ascii: ";") }) else { return false }
        return type.indices.contains { start in
            type[start...].prefix(4).elementsEqual("json".utf8) { $0 | 0x20 == $1 }
        }
    }

    /// The name under which a header is passed on that would mean something else here.
    private static func renamed(_ name: String, in head: AnswerHead) -> String? {
        switch name {
        // Many clients follow a redirect by themselves, and take the caller's keys to wherever it leads.
        case "location" where (300..<400).contains(head.status): upstreamLocation
        default: nil
        }
    }

    /// Where a redirect leads, under a name that no client follows by itself.
    package static let upstreamLocation = "Keyway-Upstream-Location"

    /// Changes the headers to those of a body that is another than the third party's: without checksums of that, and
    /// with an entity tag that does not stand for its bytes.
    static func describeChangedBody(_ headers: inout [ActResponse.Header]) {
        headers.removeAll { header in
            let name = header.name.lowercased()
            return checksums.contains(name) || name.hasPrefix("x-amz-checksum-")
        }
        for index in headers.indices
        where headers[index].name.lowercased() == "etag" && headers[index].value.hasPrefix("\"") {
            headers[index] = .init(name: headers[index].name, bytes: "W/".utf8 + headers[index].bytes)
        }
    }

    /// Makes a response one with a part of what it had, or several, whose checksums are of other parts or of the whole.
    static func describePart(_ cut: inout RangeCut, _ response: inout ActResponse) {
        response.status = 206
        dropChecksums(of: &response.headers)
        if let contentRange = cut.contentRange {
            response.headers.append(.init(name: "Content-Range", value: contentRange))
        } else {
            let isType = { (header: ActResponse.Header) in header.name.lowercased() == "content-type" }
            let frames = MultipartFrames(
                boundary: RandomBytes.array(count: 16).withUnsafeBytes { Hex.string($0) },
                contentType: response.headers.first(where: isType)?.value
            )
            response.headers.removeAll(where: isType)
            response.headers.append(.init(name: "Content-Type", value: frames.bodyType))
            cut.frame(by: frames)
        }
        response.headers.append(.init(name: "Accept-Ranges", value: "bytes"))
    }

    /// Makes a response one that says that there is no such part.
    static func describeUnsatisfiable(_ length: Int?, _ response: inout ActResponse) {
        response.status = 416
        response.body = []
        dropChecksums(of: &response.headers)
        response.headers.append(.init(name: "Content-Range", value: "bytes */\(length.map(String.init) ?? "*")"))
    }

    private static func dropChecksums(of headers: inout [ActResponse.Header]) {
        headers.removeAll { header in
            let name = header.name.lowercased()
            return checksums.contains(name) || name.hasPrefix("x-amz-checksum-") || name == "content-range"
        }
    }

    private static let checksums: Set<String> = [
        "accept-ranges", "content-digest", "content-md5", "digest", "repr-digest", "x-goog-hash",
        "x-ms-blob-content-md5",
    ]
}

extension AnswerHead.Header {
    /// The same value under another name.
    fileprivate func renamed(_ name: String) -> AnswerHead.Header {
        rawValue.map { .init(name: name, bytes: $0) } ?? .init(name: name, value: value)
    }
}
