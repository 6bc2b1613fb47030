import NetworkTypes

/// The kind of a response's body: text, which a model reads, or anything else.
struct BodyKind: Sendable, Equatable {
    /// `type/subtype` in lower case, without parameters.
    let mediaType: String
    /// Whether the type may be text; the bytes decide then.
    let mayBeText: Bool

    init(_ headers: [HeaderField]) {
        let value = headers.last { HeaderSyntax.isSame($0.name, "Content-Type") }?.value ?? ""
        let coding = headers.contains { HeaderSyntax.isSame($0.name, "Content-Encoding") }
        let type = value.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        let isType =
            type.utf8.count <= 127 && type.split(separator: "/", omittingEmptySubsequences: false).count == 2
            && type.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        mediaType = isType ? type : "application/octet-stream"
        mayBeText = !coding && (value.isEmpty || isType && Self.isTextual(type))
    }

    private static func isTextual(_ type: String) -> Bool {
        type.hasPrefix("text/")
            || ["json", "xml", "yaml", "javascript", "graphql", "toml", "form-urlencoded", "sql"]
                .contains { type.contains($0) }
    }

    /// The length of the longest beginning of a text that ends with a whole character.
    ///
    /// - Parameters:
    ///   - bytes: The text, and perhaps the beginning of what follows.
    ///   - limit: The most bytes.
    /// - Returns: At least 1 where there is a byte, so that one who reads on always gets on.
    static func wholeCharacters(of bytes: [UInt8], atMost limit: Int) -> Int {
        guard bytes.count > limit else { return bytes.count }
        var end = limit
        // Of a character that begins before the limit, up to three bytes may follow.
        while end > limit - 3, end > 1, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return bytes[end] & 0xC0 == 0x80 ? limit : end
    }

    /// Whether the bytes are the beginning of a text in UTF-8: the last character may be cut.
    static func isText(_ bytes: [UInt8]) -> Bool {
        guard !bytes.contains(0) else { return false }
        if String(validating: bytes, as: UTF8.self) != nil { return true }
        let start = bytes.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
        return bytes.count - start <= 3 && bytes.indices.contains(start) && bytes[start] >= 0xC2 && bytes[start] <= 0xF4
            && String(validating: bytes[..<start], as: UTF8.self) != nil
    }
}
