import Cryptography
import Documents
import Egress
import NetworkTypes
import Scrubbing

/// The headers of a third party's response that reach the caller.
package enum ProxiedHeaders {
    /// The headers that concern the hop alone, or that only a browser would take to heart and apply to
    /// this server's address.
    private static let dropped: NameSet = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "content-length", "set-cookie", "set-cookie2", "date",
        "strict-transport-security", "public-key-pins", "alt-svc", "clear-site-data", "nel", "report-to",
        "reporting-endpoints", "service-worker-allowed", "refresh", "content-security-policy",
        "content-security-policy-report-only", "x-content-type-options", "access-control-allow-origin",
        "access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods",
        "access-control-expose-headers", "access-control-max-age",
    ]

    /// The response's headers as they are passed on: masked, and without what is dropped or can't be passed on.
    ///
    /// - Parameters:
    ///   - head: What the third party sent.
    ///   - patterns: What is masked.
    ///   - isDecoded: Whether the body is passed on without its content coding.
    /// - Returns: What reaches the caller.
    static func passedOn(
        _ head: ResponseHead,
        scrubbedOf patterns: ScrubPatterns,
        isDecoded: Bool
    ) -> [HeaderField] {
        let hops = hops(in: head)
        var headers: [HeaderField] = []
        headers.reserveCapacity(head.headers.count)
        for header in head.headers {
            if isDecoded, header.name.isSameASCII(as: "content-encoding") { continue }
            guard !dropped.contains(header.name), !hops.contains(header.name),
                !header.name.hasASCIIPrefix("keyway-"), header.value.isHeaderValue
            else { continue }
            headers.append(isRedirect(header, in: head) ? header.renamed(upstreamLocation) : header)
        }
        return scrubbed(headers, of: patterns)
    }

    /// The headers that the third party says are of the hop alone.
    private static func hops(in head: ResponseHead) -> NameSet {
        var names: [String] = []
        for header in head.headers where header.name.isSameASCII(as: "connection") {
            // As a rule it names one that is dropped in any case.
            if header.value.isSameASCII(as: "keep-alive") { continue }
            names += header.value.split(separator: ",").map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }
        }
        return NameSet(names)
    }

    /// Masks the secrets in headers.
    private static func scrubbed(
        _ headers: [HeaderField],
        of patterns: ScrubPatterns
    ) -> [HeaderField] {
        // As a rule one look at all of them tells that there are none.
        guard
            patterns.mayStand(in: headers.map(\.name) + headers.map(\.value))
                || headers.contains(where: { $0.rawValue != nil })
        else { return headers }
        let names = patterns.scrubbing(headers: headers.map(\.name))
        let values = patterns.scrubbing(headers: headers.map(\.value))
        var passed: [HeaderField] = []
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

    /// Whether a response's body says that it is JSON, or lines of it.
    static func isJSON(_ head: ResponseHead) -> Bool {
        guard var type = head["Content-Type"] else { return false }
        return type.withUTF8 { type in
            let end = type.firstIndex(of: UInt8(ascii: ";")) ?? type.count
            var matched = 0
            let json: StaticString = "json"
            for byte in type[..<end] {
                matched =
                    byte | 0x20 == json.utf8Start[matched] ? matched + 1 : byte | 0x20 == UInt8(ascii: "j") ? 1 : 0
                if matched == json.utf8CodeUnitCount { return true }
            }
            return false
        }
    }

    /// Whether a header says where a redirect leads. Many clients follow one by themselves, and take the caller's keys
    /// to wherever that is.
    private static func isRedirect(_ header: HeaderField, in head: ResponseHead) -> Bool {
        (300..<400).contains(head.status) && header.name.isSameASCII(as: "location")
    }

    /// Where a redirect leads, under a name that no client follows by itself.
    package static let upstreamLocation = "Keyway-Upstream-Location"

    /// Changes the headers to those of a body that is another than the third party's: without checksums of that, and
    /// with an entity tag that does not stand for its bytes.
    static func describeChangedBody(_ headers: inout [HeaderField]) {
        headers.removeAll { header in
            checksums.contains(header.name) || header.name.hasASCIIPrefix("x-amz-checksum-")
        }
        for index in headers.indices
        where headers[index].name.isSameASCII(as: "etag") && headers[index].value.hasPrefix("\"") {
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
            let isType = { (header: HeaderField) in header.name.isSameASCII(as: "content-type") }
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

    private static func dropChecksums(of headers: inout [HeaderField]) {
        headers.removeAll { header in
            checksums.contains(header.name) || header.name.hasASCIIPrefix("x-amz-checksum-")
                || header.name.isSameASCII(as: "content-range")
        }
    }

    private static let checksums: NameSet = [
        "accept-ranges", "content-digest", "content-md5", "digest", "repr-digest", "x-goog-hash",
        "x-ms-blob-content-md5",
    ]
}

extension HeaderField {
    /// The same value under another name.
    fileprivate func renamed(_ name: String) -> HeaderField {
        var header = self
        header.name = name
        return header
    }
}
