/// The end of what has come, of which it is not certain yet whether a secret stands there.
struct WithheldBytes {
    /// Where it begins in the whole text.
    private(set) var start = 0
    private var bytes: [UInt8] = []
    /// How many of `bytes` have been dropped.
    private var dropped = 0

    /// The position after the last byte.
    var end: Int { start + bytes.count - dropped }

    /// Drops what stands before `position`.
    mutating func drop(before position: Int) {
        let count = min(position, end) - start
        guard count > 0 else {
            // What came and went at once.
            if dropped == bytes.count { start = max(start, position) }
            return
        }
        dropped += count
        start = position
        // Moved when half of it is dropped: so a byte is moved but once on average.
        if dropped * 2 >= bytes.count { bytes.removeFirst(dropped); dropped = 0 }
    }

    mutating func append(_ piece: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: piece)
    }

    /// Hands over the bytes of `range`.
    func copy(_ range: Range<Int>, to output: inout [UInt8]) {
        let offset = dropped - start
        output.append(contentsOf: bytes[range.lowerBound + offset..<range.upperBound + offset])
    }
}
