/// The syntax that RFC 9110 allows in a request's parts.
enum HeaderSyntax {
    /// Whether the text is a token (section 5.6.2): a method or the name of a header.
    static func isToken(_ text: some Collection<UInt8>) -> Bool {
        let (low, high) = (tokenLow, tokenHigh)
        return !text.isEmpty
            && text.allSatisfy { byte in
                byte < 128 && (byte < 64 ? low : high) &>> UInt64(byte & 63) & 1 != 0
            }
    }

    /// Whether the bytes can stand in a header's value (section 5.5): no control character but the tab. Bytes beyond
    /// ASCII are opaque.
    static func isValue(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
    }

    /// Whether the bytes can be sent as they are as path and query: visible ASCII characters, a `/` first, and no
    /// fragment, which would end them.
    static func isTarget(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "/")
            && bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
    }

    /// Whether two names of headers are one.
    static func isSame(_ name: String, _ other: String) -> Bool {
        let (name, other) = (name.utf8, other.utf8)
        return name.count == other.count && name.elementsEqual(other) { lowercased($0) == lowercased($1) }
    }

    /// Whether a name of a header is that one, which is in lower case.
    static func isSame(_ name: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
        guard name.count == other.utf8CodeUnitCount else { return false }
        let other = UnsafeBufferPointer(start: other.utf8Start, count: name.count)
        return name.indices.allSatisfy { lowercased(name[$0]) == other[$0] }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

    /// Whether the header is about the connection or the framing of the message, which are not the caller's.
    static func isReserved(_ name: UnsafeBufferPointer<UInt8>) -> Bool { reserved.contains { isSame(name, $0) } }

    private static let reserved: [StaticString] = [
        "connection", "content-length", "host", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Bytes without the blanks around them.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var bytes = bytes[...]
        while let first = bytes.first, isBlank(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
        return UnsafeRawBufferPointer(rebasing: bytes)
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    // The characters of a token, a bit for each of the first 128.
    private static let tokenLow = tokenBits(0)
    private static let tokenHigh = tokenBits(64)

    private static func tokenBits(_ first: UInt8) -> UInt64 {
        let marks = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return marks.utf8.filter { $0 & 64 == first }.reduce(0) { $0 | 1 << UInt64($1 & 63) }
    }
}
