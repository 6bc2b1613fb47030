extension String {
    /// Whether two names of headers are one: case does not count (RFC 9110).
    func isSameHeader(as other: String) -> Bool {
        // Foundation's comparison takes a hundred times as long.
        utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { Self.folded($0) == Self.folded($1) }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
