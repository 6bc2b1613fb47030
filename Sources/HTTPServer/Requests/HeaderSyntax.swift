#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The grammar of header fields (RFC 9110, section 5).
enum HeaderSyntax {
    /// The characters of a token, one bit each for the first 128.
    private static let tokenLow: UInt64 = bits { $0 < 64 }
    private static let tokenHigh: UInt64 = bits { $0 >= 64 }

    private static func bits(_ half: (UInt8) -> Bool) -> UInt64 {
        let marks = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return marks.utf8.filter(half).reduce(0) { $0 | 1 << UInt64($1 & 63) }
    }

    /// Whether the text is a token: not empty, and without spaces, controls and separators.
    static func isToken(_ text: UnsafeBufferPointer<CChar>) -> Bool {
        let low = tokenLow
        let high = tokenHigh
        for character in text {
            let byte = UInt8(bitPattern: character)
            let bits = byte < 64 ? low : byte < 128 ? high : 0
            if bits >> UInt64(byte & 63) & 1 == 0 { return false }
        }
        return !text.isEmpty
    }

    /// Whether the text has no control character but tabs.
    static func isFieldValue(_ text: UnsafeBufferPointer<CChar>) -> Bool {
        var faults: UInt8 = 0
        for character in text {
            let byte = UInt8(bitPattern: character)
            faults |= (byte < 0x20 && byte != 0x09) || byte == 0x7f ? 1 : 0
        }
        return faults == 0
    }

    /// Compares ASCII text, its case ignored.
    static func equal(_ text: UnsafeBufferPointer<CChar>, _ other: StaticString) -> Bool {
        guard text.count == other.utf8CodeUnitCount, let start = text.baseAddress else { return false }
        return other.withUTF8Buffer { other in
            other.withMemoryRebound(to: CChar.self) { other in
                other.baseAddress.map { strncasecmp(start, $0, text.count) == 0 } ?? true
            }
        }
    }

    /// A number of 1 to 18 digits and nothing else.
    static func decimal(_ text: UnsafeBufferPointer<CChar>) -> Int? {
        guard (1...18).contains(text.count) else { return nil }
        var number = 0
        for character in text {
            let digit = UInt8(bitPattern: character) &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}
