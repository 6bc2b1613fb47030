import Platform

/// A part that names are searched for, whatever the case of ASCII letters.
struct NamePart {
    private let bytes: [UInt8]
    /// The first eight bytes, and as many ones as there are.
    private let head: UInt64
    private let mask: UInt64
    /// The places of its trigrams in a ``TrigramFilter``.
    let trigrams: [Int]

    /// - Returns: `nil` of an empty part, which all names contain.
    init?(_ text: String) {
        let bytes = text.utf8.map(\.foldedASCII)
        guard !bytes.isEmpty else { return nil }
        self.bytes = bytes
        let count = min(bytes.count, 8)
        head = (0..<count).reduce(0) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        mask = count == 8 ? .max : 1 << UInt64(8 * count) - 1
        trigrams =
            bytes.count < 3
            ? [] : (0..<bytes.count - 2).map { TrigramFilter.place(bytes[$0], bytes[$0 + 1], bytes[$0 + 2]) }
    }

    /// The first place between two places of a text where the part begins. Behind the text, 16 bytes can be read, none
    /// of which the part contains.
    func first(in text: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int? {
        let first = UInt64(bytes[0]) &* 0x0101_0101_0101_0101
        let second = bytes.count > 1 ? UInt64(bytes[1]) &* 0x0101_0101_0101_0101 : 0
        let text = UnsafeRawPointer(text)
        var place = start
        while place < end {
            // Zero where the text has the first byte, and the second behind it.
            var word = text.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian ^ first
            if bytes.count > 1 {
                word |= text.loadUnaligned(fromByteOffset: place + 1, as: UInt64.self).littleEndian ^ second
            }
            // Marks each zero byte, and perhaps some behind it.
            var candidates = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            while candidates != 0 {
                let candidate = place + candidates.trailingZeroBitCount / 8
                if candidate >= end { return nil }
                if stands(at: candidate, in: text.assumingMemoryBound(to: UInt8.self), to: end) { return candidate }
                candidates &= candidates &- 1
            }
            place += 8
        }
        return nil
    }

    /// Whether the part stands at a place, and ends before another; from there on 16 bytes can be read.
    func stands(at place: Int, in text: UnsafePointer<UInt8>, to end: Int) -> Bool {
        guard place + bytes.count <= end else { return false }
        let word = UnsafeRawPointer(text).loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
        guard word & mask == head else { return false }
        guard bytes.count > 8 else { return true }
        return bytes.withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress else { return true }
            return memcmp(first + 8, text + place + 8, bytes.count - 8) == 0
        }
    }
}
