/// The syntax that RFC 9110 allows in a request's parts.
enum HeaderSyntax {
    /// Whether the text is a token (section 5.6.2): a method or the name of a header.
    static func isToken(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { token[Int($0)] }
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

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

    /// Whether the header is about the connection or the framing of the message, which are not the caller's.
    static func isReserved(_ lowercasedName: String) -> Bool { reserved.contains(lowercasedName) }

    private static let reserved: Set<String> = [
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

    private static let token: [Bool] = (0...255).map { (byte: UInt8) in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
