import NetworkTypes

extension HeaderSyntax {
    /// Whether the bytes can be sent as they are as path and query: visible ASCII characters, a `/` first, and no
    /// fragment, which would end them.
    static func isTarget(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "/")
            && bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
    }

    /// Whether a name of a header is that one, which is in lower case.
    static func isSame(_ name: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
        guard name.count == other.utf8CodeUnitCount else { return false }
        let other = UnsafeBufferPointer(start: other.utf8Start, count: name.count)
        return name.indices.allSatisfy { lowercased(name[$0]) == other[$0] }
    }

    /// Whether the header is about the connection or the framing of the message, which are not the caller's.
    static func isReserved(_ name: UnsafeBufferPointer<UInt8>) -> Bool { reserved.contains { isSame(name, $0) } }

    /// Whether a text is a host's name, and perhaps a port, as `Host` has it.
    static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                lowercased(byte) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
                    || "-.:[]".utf8.contains(byte)
            }
    }

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
}
