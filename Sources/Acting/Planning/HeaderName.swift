import Documents
import NetworkTypes

/// A header's name, as the most lenient reader compares it: CGI and its heirs (Rack, WSGI, PHP) take letters of either
/// case for one, and so some take all characters that are neither letters nor digits. Those at the edges don't count.
struct HeaderName: Hashable, Sendable {
    let text: String

    init(_ name: String) {
        var name = name
        text = name.withUTF8 { bytes in
            let isSeparator = { Self.fold($0) == Self.separator }
            guard let first = bytes.firstIndex(where: { !isSeparator($0) }),
                let last = bytes.lastIndex(where: { !isSeparator($0) })
            else { return "" }
            return String(unsafeUninitializedCapacity: last - first + 1) { folded in
                for position in first...last { folded[position - first] = Self.fold(bytes[position]) }
                return last - first + 1
            }
        }
    }

    private static let separator = UInt8(ascii: "-")

    private static func fold(_ byte: UInt8) -> UInt8 {
        if byte.isASCIILetter { return byte | 0x20 }
        return byte.isASCIIDigit ? byte : separator
    }

    /// Whether it speaks of one hop, or of what is Keyway's to decide: the destination, the length and the coding of
    /// bodies, and ranges, which could cut a secret in two before it is masked (``RequestedRange``).
    var isOfTheHop: Bool {
        Self.ofTheHop.contains(text) || RequestedRange.names.contains(text)
            || text.hasASCIIPrefix("proxy-")
    }

    /// Whether a caller's own is left out: it speaks of the hop, to Keyway, of the caller's network, or it would make
    /// the request another than the one that was checked.
    var isKeptFromThirdParties: Bool {
        isOfTheHop || Self.ofTheCaller.contains(text)
            || text.hasASCIIPrefix("dd-") || text.hasASCIIPrefix("keyway-") || text.hasASCIIPrefix("x-forwarded-")
    }

    private static let ofTheHop: NameSet = [
        "accept-encoding", "connection", "content-length", "expect", "host", "http2-settings", "keep-alive",
        "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static let ofTheCaller: NameSet = [
        "authorization", "baggage", "cookie", "cookie2", "forwarded", "http-method-override", "method-override",
        "traceparent", "tracestate", "via", "x-host",
        "x-http-host-override", "x-http-method", "x-http-method-override", "x-http-path-override", "x-method-override",
        "x-original-host", "x-original-method", "x-original-uri", "x-original-url", "x-real-ip", "x-rewrite-url",
    ]
}

extension FoldedHeader {
    /// The headers of a caller that a third party may see.
    ///
    /// - Throws: ``ActRefusal`` if one could not stand in a request.
    static func forwarded(_ headers: [FoldedHeader]) throws(ActRefusal) -> [PlannedHeader] {
        var ofTheConnection: Set<HeaderName> = []
        var forwarded: [PlannedHeader] = []
        for header in headers {
            guard header.name.isHeaderName else {
                throw ActRefusal(.headerNotAllowed, "a header's name holds a character that header names may not hold")
            }
            guard header.value.isHeaderValue else {
                throw ActRefusal(.headerNotAllowed, "the header \(header.name) holds a control character")
            }
            let name = header.folded
            if name.text == "connection" {
                for name in header.value.split(separator: ",") {
                    ofTheConnection.insert(HeaderName(String(name.filter { $0 != " " && $0 != "\t" })))
                }
            }
            if !name.isKeptFromThirdParties {
                let value = PlannedText(header.value)
                forwarded.append(
                    PlannedHeader(name: header.name, folded: name, value: value, rawValue: header.rawValue)
                )
            }
        }
        forwarded.removeAll { ofTheConnection.contains($0.folded) }
        return forwarded
    }
}
