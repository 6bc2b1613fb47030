/// Names of headers, which differ in case alone where they are one (RFC 9110).
enum HeaderName {
    static func areEqual(_ one: String, _ other: String) -> Bool {
        // Foundation's comparison takes a hundred times as long.
        one.utf8.count == other.utf8.count && zip(one.utf8, other.utf8).allSatisfy { folded($0) == folded($1) }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
