/// A set of trigrams that may claim to contain others.
struct TrigramFilter {
    static let byteCount = 512

    let words: UnsafeMutablePointer<UInt64>

    /// Where a trigram stands: 12 bits.
    static func place(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let trigram = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
        return Int((trigram &* 0x9e37_79b1) >> 20)
    }

    func insert(_ text: UnsafeBufferPointer<UInt8>) {
        var index = 2
        while index < text.count {
            let place = Self.place(text[index - 2], text[index - 1], text[index])
            words[place >> 6] |= 1 << UInt64(place & 63)
            index += 1
        }
    }
}
