/// The grammar of header fields (RFC 9110, section 5).
package enum HeaderSyntax {
    /// Whether the text is a token (section 5.6.2): a method or the name of a header.
    package static func isToken(_ text: UnsafeRawBufferPointer) -> Bool {
        let (low, high) = (tokenLow, tokenHigh)
        for byte in text {
            let bits = byte < 64 ? low : byte < 128 ? high : 0
            if bits >> UInt64(byte & 63) & 1 == 0 { return false }
        }
        return !text.isEmpty
    }

    /// Whether the bytes can stand in a header's value (section 5.5): no control character but the tab. Bytes beyond
    /// ASCII are opaque.
    package static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var errors: UInt8 = 0
        for byte in bytes { errors |= (byte < 0x20 && byte != 0x09) || byte == 0x7F ? 1 : 0 }
        return errors == 0
    }

    /// Whether two names of headers are one.
    package static func isSame(_ name: String, _ other: String) -> Bool {
        let (name, other) = (name.utf8, other.utf8)
        return name.count == other.count && name.elementsEqual(other) { lowercased($0) == lowercased($1) }
    }

    /// An ASCII letter in lower case; any other byte as it is.
    package static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

    // The characters of a token, a bit for each of the first 128.
    private static let tokenLow = tokenBits(0)
    private static let tokenHigh = tokenBits(64)

    private static func tokenBits(_ first: UInt8) -> UInt64 {
        let marks = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return marks.utf8.filter { $0 & 64 == first }.reduce(0) { $0 | 1 << UInt64($1 & 63) }
    }
}
