/// Where in a document of JSON a text has come to, as far as a mask must fit in there.
struct JSONPlace {
    private(set) var isInString = false
    private var isEscaped = false
    /// The last byte outside of strings, or the quotation mark that ended one.
    private var lastByte: UInt8 = 0

    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            }
            lastByte = byte
        }
    }

    /// The mask of a text that stands here; the document is still one with it if it was one without.
    ///
    /// A value as a whole becomes a string. In a part of a number each run of digits becomes one digit. The white space
    /// around a number may be the secret's, and stays.
    func mask(of text: UnsafeRawBufferPointer, before next: UInt8?) -> [UInt8] {
        guard !isInString, let first = text.firstIndex(where: { !Self.isBlank($0) }),
            let last = text.lastIndex(where: { !Self.isBlank($0) }), text[first...last].allSatisfy(Self.isOfNumber)
        else { return Array(ScrubMask.text.utf8) }
        let before = first > 0 ? text[first - 1] : lastByte
        let after = last + 1 < text.count ? text[last + 1] : next
        var mask = Array(text[..<first])
        if !Self.isOfNumber(before) && !(after.map(Self.isOfNumber) ?? false) {
            mask += "\"\(ScrubMask.text)\"".utf8
        } else {
            for byte in text[first...last] {
                let isDigit = Self.isDigit(byte)
                if isDigit, let last = mask.last, Self.isDigit(last) { continue }
                // No number begins with a zero that digits follow.
                mask.append(isDigit ? UInt8(ascii: "1") : byte)
            }
        }
        return mask + text[(last + 1)...]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }

    static func isOfNumber(_ byte: UInt8) -> Bool { isDigit(byte) || "+-.eE".utf8.contains(byte) }

    /// Whether a byte of a pattern, folded, may stand in a number.
    static func mayStandInNumber(_ byte: UInt8) -> Bool { isOfNumber(byte) || byte == UInt8(ascii: " ") }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
