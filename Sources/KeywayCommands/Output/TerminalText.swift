/// Bytes from elsewhere as a terminal may show them, piece by piece: what could command it is escaped, and what is no
/// UTF-8 replaced. Line breaks and tabs stay.
struct TerminalText {
    /// The begin of a character, or a carriage return, on whose rest it depends what it is.
    private var pending: [UInt8] = []

    /// The part of the text that is complete.
    mutating func printable(_ piece: [UInt8]) -> [UInt8] {
        let bytes = pending + piece
        let end = Self.completeCount(of: bytes)
        pending = Array(bytes[end...])
        return Self.escaped(bytes[..<end])
    }

    /// Takes the bytes that were held back.
    mutating func rest() -> [UInt8] {
        defer { pending = [] }
        return Self.escaped(pending[...])
    }

    private static func escaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        // A line break of two characters commands nothing; a carriage return alone could hide what stands before it.
        let lines = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
        let cells = lines.split(separator: "\t", omittingEmptySubsequences: false)
        return Array(cells.map { TextLayout.printable(String($0), keepsLineBreaks: true) }.joined(separator: "\t").utf8)
    }

    /// How many bytes stand before a character whose end is missing.
    private static func completeCount(of bytes: [UInt8]) -> Int {
        if bytes.last == UInt8(ascii: "\r") { return bytes.count - 1 }
        for distance in 1...4 where distance <= bytes.count {
            let byte = bytes[bytes.count - distance]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > distance ? bytes.count - distance : bytes.count
        }
        return bytes.count
    }
}
