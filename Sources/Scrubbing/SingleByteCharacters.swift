/// The character sets in which servers read and write headers' bytes beyond ASCII.
///
/// Browsers, databases and Windows say Latin-1 and mean windows-1252.
enum SingleByteCharacters: CaseIterable {
    case latin1
    case windows1252

    /// The character that a byte stands for.
    func scalar(_ byte: UInt8) -> Unicode.Scalar {
        guard self == .windows1252, Self.range.contains(byte) else { return Unicode.Scalar(byte) }
        return Self.ofWindows[Int(byte - Self.range.lowerBound)]
    }

    /// The byte that stands for a character, if one does.
    func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if let byte = UInt8(exactly: scalar.value), self.scalar(byte) == scalar { return byte }
        guard self == .windows1252, let index = Self.ofWindows.firstIndex(of: scalar) else { return nil }
        return Self.range.lowerBound + UInt8(index)
    }

    /// Where the sets differ.
    private static let range: ClosedRange<UInt8> = 0x80...0x9F
    /// The WHATWG's Encoding Standard, index windows-1252.
    private static let ofWindows: [Unicode.Scalar] = [
        "€", "\u{81}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{8D}", "Ž", "\u{8F}",
        "\u{90}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{9D}", "ž", "Ÿ",
    ]
}
