#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Up to 32 names that follow each other in the order of lists, laid out for searching.
final class NameBlock {
    static let capacity = 32
    /// Stands behind each name: no byte of UTF-8 is this.
    private static let separator: UInt8 = 0xff
    /// What follows the last separator, so that words can be read beyond it.
    private static let padding = 16

    /// The moment of the index from which on nobody else holds the block.
    let epoch: UInt64
    private(set) var keys: [Int64] = []
    private(set) var categories: [UInt16] = []
    /// Where each name starts, and where the next one would.
    private(set) var starts: [Int32] = [0]
    /// The names with their ASCII letters in lower case.
    private(set) var folded = [UInt8](repeating: NameBlock.separator, count: NameBlock.padding)
    /// The names as they are; `nil` while that is `folded`.
    private var verbatim: [UInt8]?
    private var trigrams = TrigramFilter()

    init(epoch: UInt64) {
        self.epoch = epoch
    }

    /// A copy that shares nothing.
    init(copying other: NameBlock, epoch: UInt64) {
        self.epoch = epoch
        keys = Array(other.keys[...])
        categories = Array(other.categories[...])
        starts = Array(other.starts[...])
        folded = Array(other.folded[...])
        verbatim = other.verbatim.map { Array($0[...]) }
        trigrams = TrigramFilter(copying: other.trigrams)
    }

    var count: Int { keys.count }

    /// The name at an index as it is.
    func name(_ index: Int) -> [UInt8] {
        Array((verbatim ?? folded)[Int(starts[index])..<Int(starts[index + 1]) - 1])
    }

    /// Whether the name of an index with its key sorts before another.
    func precedes(_ index: Int, _ name: [UInt8], _ key: Int64) -> Bool {
        let start = Int(starts[index])
        let count = Int(starts[index + 1]) - 1 - start
        let comparison = (verbatim ?? folded).withUnsafeBytes { own in
            name.withUnsafeBytes { other -> Int32 in
                guard let own = own.baseAddress, let other = other.baseAddress else { return 0 }
                return memcmp(own + start, other, min(count, name.count))
            }
        }
        if comparison != 0 { return comparison < 0 }
        return count == name.count ? keys[index] < key : count < name.count
    }

    /// The first index that does not sort before a name with its key.
    func lowerBound(_ name: [UInt8], _ key: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if precedes(middle, name, key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Changing

    func insert(_ name: [UInt8], _ key: Int64, _ category: UInt16, at index: Int) {
        let start = Int(starts[index])
        let other = name.map(\.foldedASCII)
        if verbatim == nil, other != name { verbatim = folded }
        folded.insert(contentsOf: other + [Self.separator], at: start)
        verbatim?.insert(contentsOf: name + [Self.separator], at: start)
        keys.insert(key, at: index)
        categories.insert(category, at: index)
        starts.insert(starts[index], at: index)
        for later in index + 1..<starts.count { starts[later] += Int32(name.count + 1) }
        trigrams.insert(other[...])
    }

    func remove(_ indices: Range<Int>) {
        let range = Int(starts[indices.lowerBound])..<Int(starts[indices.upperBound])
        folded.removeSubrange(range)
        verbatim?.removeSubrange(range)
        keys.removeSubrange(indices)
        categories.removeSubrange(indices)
        starts.removeSubrange(indices)
        for later in indices.lowerBound..<starts.count { starts[later] -= Int32(range.count) }
        trigrams = TrigramFilter()
        for index in 0..<count { trigrams.insert(folded[Int(starts[index])..<Int(starts[index + 1]) - 1]) }
    }

    /// Moves what stands from an index on into a block of its own.
    func split(at index: Int) -> NameBlock {
        let rest = NameBlock(epoch: epoch)
        for index in index..<count { rest.insert(name(index), keys[index], categories[index], at: rest.count) }
        remove(index..<count)
        return rest
    }

    // MARK: Searching

    /// Calls `body` with each index, in order, whose name contains a text.
    func forEach(containing part: NamePart, _ body: (Int) -> Void) {
        guard part.trigrams.allSatisfy(trigrams.mayContain) else { return }
        let starts = starts
        let end = Int(starts[starts.count - 1])
        folded.withUnsafeBytes { text in
            var index = 0
            var place = 0
            var offset = 0
            while place < end {
                // Names that share a part often have it in the same place.
                if !part.stands(at: place + offset, in: text, to: Int(starts[index + 1])) {
                    guard let found = part.first(in: text, from: place, to: end) else { return }
                    while starts[index + 1] <= found { index += 1 }
                    offset = found - Int(starts[index])
                }
                body(index)
                index += 1
                place = Int(starts[index])
            }
        }
    }
}

/// A set of trigrams that may claim to contain others.
struct TrigramFilter {
    private var words = [UInt64](repeating: 0, count: 64)

    init() {}

    init(copying other: TrigramFilter) {
        words = Array(other.words[...])
    }

    /// Where a trigram stands: 12 bits.
    static func place(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let trigram = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
        return Int((trigram &* 0x9e37_79b1) >> 20)
    }

    mutating func insert(_ text: ArraySlice<UInt8>) {
        guard text.count >= 3 else { return }
        for index in text.startIndex..<text.endIndex - 2 {
            let place = Self.place(text[index], text[index + 1], text[index + 2])
            words[place >> 6] |= 1 << UInt64(place & 63)
        }
    }

    func mayContain(_ place: Int) -> Bool {
        words[place >> 6] & 1 << UInt64(place & 63) != 0
    }
}

/// A part that names are searched for, whatever the case of ASCII letters.
struct NamePart {
    private let bytes: [UInt8]
    /// The places of its trigrams in a ``TrigramFilter``.
    let trigrams: [Int]

    /// - Returns: `nil` of an empty part, which all names contain.
    init?(_ text: String) {
        let bytes = text.utf8.map(\.foldedASCII)
        guard !bytes.isEmpty else { return nil }
        self.bytes = bytes
        trigrams =
            bytes.count < 3
            ? [] : (0..<bytes.count - 2).map { TrigramFilter.place(bytes[$0], bytes[$0 + 1], bytes[$0 + 2]) }
    }

    /// The first place between two places of a text where the part begins. Behind the text, 16 bytes can be read, none of
    /// which the part contains.
    func first(in text: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int? {
        let first = UInt64(bytes[0]) &* 0x0101_0101_0101_0101
        let second = bytes.count > 1 ? UInt64(bytes[1]) &* 0x0101_0101_0101_0101 : 0
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
                if stands(at: candidate, in: text, to: end) { return candidate }
                candidates &= candidates &- 1
            }
            place += 8
        }
        return nil
    }

    /// Whether the part stands at a place, and ends before another.
    func stands(at place: Int, in text: UnsafeRawBufferPointer, to end: Int) -> Bool {
        guard place + bytes.count <= end else { return false }
        var index = 0
        while index < bytes.count {
            if text[place + index] != bytes[index] { return false }
            index += 1
        }
        return true
    }
}

extension UInt8 {
    /// The byte, an ASCII capital as the small letter: as SQLite's `lower` has it.
    fileprivate var foldedASCII: UInt8 {
        self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self
    }
}
