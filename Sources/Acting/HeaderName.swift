import Documents

/// A header's name, as the most lenient reader compares it: CGI and its heirs (Rack, WSGI, PHP) take letters of either
/// case for one, and so some take all characters that are neither letters nor digits. Those at the edges don't count.
struct HeaderName: Hashable, Sendable {
    let text: String

    init(_ name: String) {
        var folded = name.utf8.map { Self.fold($0) }[...]
        while folded.first == Self.separator { folded.removeFirst() }
        while folded.last == Self.separator { folded.removeLast() }
        text = String(decoding: folded, as: UTF8.self)
    }

    private static let separator = UInt8(ascii: "-")

    private static func fold(_ byte: UInt8) -> UInt8 {
        if byte.isASCIILetter { return byte | 0x20 }
        return byte.isASCIIDigit ? byte : separator
    }

    /// Whether it speaks of one hop, or of what is Keyway's to decide: the destination, the length and the coding of
    /// bodies, and ranges, which could cut a secret in two before it is masked (``RequestedRange``).
    var isOfTheHop: Bool {
        Self.ofTheHop.contains(text) || RequestedRange.names.contains(text) || text.hasPrefix("proxy-")
    }

    /// Whether a caller's own is left out: it speaks of the hop, to Keyway, of the caller's network, or it would make
    /// the request another than the one that was checked.
    var isKeptFromThirdParties: Bool {
        isOfTheHop || Self.ofTheCaller.contains(text)
            || ["dd-", "keyway-", "x-forwarded-"].contains { text.hasPrefix($0) }
    }

    private static let ofTheHop: Set<String> = [
        "accept-encoding", "connection", "content-length", "expect", "host", "http2-settings", "keep-alive",
        "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static let ofTheCaller: Set<String> = [
        "authorization", "cookie", "cookie2", "forwarded", "http-method-override", "method-override", "via", "x-host",
        "x-http-host-override", "x-http-method", "x-http-method-override", "x-http-path-override", "x-method-override",
        "x-original-host", "x-original-method", "x-original-uri", "x-original-url", "x-real-ip", "x-rewrite-url",
    ]
}

extension CallerHeader {
    /// The headers of a caller that a third party may see.
    ///
    /// - Throws: ``ActRefusal`` if one could not stand in a request.
    static func forwarded(_ headers: [CallerHeader]) throws(ActRefusal) -> [PlannedHeader] {
        var ofTheConnection: Set<HeaderName> = []
        var forwarded: [PlannedHeader] = []
        for header in headers {
            guard TextFormat.headerName.fault(in: JSONText(header.name)) == nil else {
                throw ActRefusal(.headerNotAllowed, "a header's name holds a character that header names may not hold")
            }
            guard !header.value.utf8.contains(where: { $0.isASCIIControl && $0 != UInt8(ascii: "\t") }) else {
                throw ActRefusal(.headerNotAllowed, "the header \(header.name) holds a control character")
            }
            let name = HeaderName(header.name)
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
