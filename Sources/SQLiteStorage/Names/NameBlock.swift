import Platform

/// Up to 32 names that follow each other in the order of lists, in one piece of memory that is laid out for searching.
///
/// It is never changed: a change makes another. So readers keep it, and it takes no more memory than it needs.
struct NameBlock {
    static let capacity = 32

    /// Keeps the memory of `contents`.
    private let storage: ManagedBuffer<Void, UInt64>
    /// The contents of the block, valid while it lives. A search that looks into many blocks reads this alone, without
    /// counting references.
    let contents: Contents

    /// Where the parts stand, in bytes: behind the filter and the layout itself the keys, from where each name starts
    /// and the next one would, the categories, the names with their ASCII letters in lower case, and, where they have
    /// capitals, as they are.
    struct Layout {
        private let number: Int32
        private let textBytes: Int32
        let hasCapitals: Bool

        /// - Parameters:
        ///   - count: The names.
        ///   - textCount: Their bytes, with a separator behind each.
        ///   - hasCapitals: Whether they have any.
        init(count: Int, textCount: Int, hasCapitals: Bool) {
            number = Int32(count)
            textBytes = Int32(textCount)
            self.hasCapitals = hasCapitals
        }

        static let place = TrigramFilter.byteCount

        var count: Int { Int(number) }
        var textCount: Int { Int(textBytes) }
        var keys: Int { Self.place + 16 }
        var starts: Int { keys + 8 * count }
        var categories: Int { starts + 4 * (count + 1) }
        var folded: Int { categories + 2 * count }
        var verbatim: Int { hasCapitals ? folded + textCount + Self.padding : folded }
        /// Whole lines of the cache, so that blocks fit where others were.
        var words: Int { (verbatim + textCount + Self.padding + 63) / 64 * 8 }

        /// The number of bytes after the last separator, so that words can be read beyond it.
        private static let padding = 16
    }

    /// Stands behind each name: no byte of UTF-8 is this.
    private static let separator: UInt8 = 0xff

    /// A block of one name.
    static func make(_ name: [UInt8], _ key: Int64, _ category: UInt16) -> NameBlock {
        name.withUnsafeBytes { name in
            let layout = Layout(count: 1, textCount: name.count + 1, hasCapitals: name.hasCapitals)
            return make(layout) { $0.append(name, key, category) }
        }
    }

    private static func make(_ layout: Layout, _ fill: (inout Filling) -> Void) -> NameBlock {
        let storage = ManagedBuffer<Void, UInt64>.create(minimumCapacity: layout.words) { _ in }
        // It stays where it is.
        let words = storage.withUnsafeMutablePointerToElements { $0 }
        var filling = Filling(layout, words)
        fill(&filling)
        filling.end()
        return NameBlock(storage: storage, contents: Contents(memory: UnsafeRawPointer(words)))
    }

    /// A new block's memory while its elements are put there, in order.
    private struct Filling {
        private let layout: Layout
        private let memory: UnsafeMutableRawPointer
        private let filter: TrigramFilter
        private var index = 0
        private var start = 0

        init(_ layout: Layout, _ words: UnsafeMutablePointer<UInt64>) {
            self.layout = layout
            memory = UnsafeMutableRawPointer(words)
            filter = TrigramFilter(words: words)
            memset(memory, 0, TrigramFilter.byteCount)
            memory.storeBytes(of: layout, toByteOffset: Layout.place, as: Layout.self)
            memset(memory + layout.folded, Int32(separator), layout.words * 8 - layout.folded)
        }

        mutating func append(_ name: UnsafeRawBufferPointer, _ key: Int64, _ category: UInt16) {
            put(key, category)
            let folded = (memory + layout.folded + start).assumingMemoryBound(to: UInt8.self)
            var place = 0
            while place < name.count {
                folded[place] = name[place].foldedASCII
                place += 1
            }
            filter.insert(UnsafeBufferPointer(start: folded, count: name.count))
            if layout.hasCapitals, let source = name.baseAddress {
                (memory + layout.verbatim + start).copyMemory(from: source, byteCount: name.count)
            }
            start += name.count + 1
        }

        /// Appends elements of another block. Their trigrams may be there already (``takeFilter(of:)``).
        mutating func append(_ other: Contents, _ range: Range<Int>, hasTrigrams: Bool = false) {
            let text = other.text(range)
            if !text.isEmpty {
                (memory + layout.folded + start).copyMemory(from: other.folded + text.lowerBound, byteCount: text.count)
                if layout.hasCapitals {
                    (memory + layout.verbatim + start)
                        .copyMemory(from: other.verbatim + text.lowerBound, byteCount: text.count)
                }
            }
            for element in range {
                put(other.key(element), other.category(element))
                let count = Int(other.starts[element + 1] - other.starts[element])
                if !hasTrigrams {
                    let name = (memory + layout.folded + start).assumingMemoryBound(to: UInt8.self)
                    filter.insert(UnsafeBufferPointer(start: name, count: count - 1))
                }
                start += count
            }
        }

        func takeFilter(of other: Contents) {
            memory.copyMemory(from: other.filter, byteCount: TrigramFilter.byteCount)
        }

        private mutating func put(_ key: Int64, _ category: UInt16) {
            (memory + layout.keys).storeBytes(of: key, toByteOffset: 8 * index, as: Int64.self)
            (memory + layout.categories).storeBytes(of: category, toByteOffset: 2 * index, as: UInt16.self)
            putStart()
            index += 1
        }

        mutating func end() {
            putStart()
        }

        private func putStart() {
            (memory + layout.starts).storeBytes(of: Int32(start), toByteOffset: 4 * index, as: Int32.self)
        }
    }

    // MARK: Reading

    struct Contents {
        fileprivate let memory: UnsafeRawPointer

        fileprivate var layout: Layout { memory.load(fromByteOffset: Layout.place, as: Layout.self) }
        var count: Int { layout.count }
        fileprivate var filter: UnsafePointer<UInt64> { memory.assumingMemoryBound(to: UInt64.self) }
        fileprivate var starts: UnsafePointer<Int32> {
            (memory + layout.starts).assumingMemoryBound(to: Int32.self)
        }
        fileprivate var folded: UnsafePointer<UInt8> {
            (memory + layout.folded).assumingMemoryBound(to: UInt8.self)
        }
        fileprivate var verbatim: UnsafePointer<UInt8> {
            (memory + layout.verbatim).assumingMemoryBound(to: UInt8.self)
        }

        /// Where the names of elements stand, each with its separator.
        fileprivate func text(_ range: Range<Int>) -> Range<Int> {
            Int(starts[range.lowerBound])..<Int(starts[range.upperBound])
        }

        fileprivate func hasCapitals(_ range: Range<Int>) -> Bool {
            let text = text(range)
            return layout.hasCapitals && memcmp(folded + text.lowerBound, verbatim + text.lowerBound, text.count) != 0
        }

        func key(_ index: Int) -> Int64 {
            (memory + layout.keys).load(fromByteOffset: 8 * index, as: Int64.self)
        }

        func category(_ index: Int) -> UInt16 {
            (memory + layout.categories).load(fromByteOffset: 2 * index, as: UInt16.self)
        }

        /// The name at an index as it is.
        func name(_ index: Int) -> UnsafeRawBufferPointer {
            let start = Int(starts[index])
            return UnsafeRawBufferPointer(
                start: memory + layout.verbatim + start,
                count: Int(starts[index + 1]) - 1 - start
            )
        }

        /// Whether the name of an index with its key sorts before another.
        func precedes(_ index: Int, _ other: UnsafeRawBufferPointer, _ key: Int64) -> Bool {
            let own = name(index)
            if let first = own.baseAddress, let second = other.baseAddress {
                let comparison = memcmp(first, second, min(own.count, other.count))
                if comparison != 0 { return comparison < 0 }
            }
            return own.count == other.count ? self.key(index) < key : own.count < other.count
        }

        /// The first index that does not sort before a name with its key.
        func lowerBound(_ name: UnsafeRawBufferPointer, _ key: Int64) -> Int {
            var (low, high) = (0, count)
            while low < high {
                let middle = (low + high) / 2
                if precedes(middle, name, key) { low = middle + 1 } else { high = middle }
            }
            return low
        }

        /// Whether the element of an index is that name with that key.
        func holds(_ name: UnsafeRawBufferPointer, _ key: Int64, at index: Int) -> Bool {
            guard index < count, self.key(index) == key else { return false }
            let own = self.name(index)
            guard own.count == name.count, let first = own.baseAddress, let second = name.baseAddress else {
                return own.count == name.count
            }
            return memcmp(first, second, name.count) == 0
        }
    }

    var count: Int { contents.count }

    // MARK: Changing

    /// The block with a name that was not in it.
    func inserting(_ name: [UInt8], _ key: Int64, _ category: UInt16, at index: Int) -> NameBlock {
        withExtendedLifetime(storage) {
            name.withUnsafeBytes { name in
                let layout = Layout(
                    count: contents.count + 1,
                    textCount: contents.layout.textCount + name.count + 1,
                    hasCapitals: contents.layout.hasCapitals || name.hasCapitals
                )
                return Self.make(layout) { block in
                    block.takeFilter(of: contents)
                    block.append(contents, 0..<index, hasTrigrams: true)
                    block.append(name, key, category)
                    block.append(contents, index..<contents.count, hasTrigrams: true)
                }
            }
        }
    }

    /// The block without what stands at an index, or `nil` if that was all.
    func removing(_ index: Int) -> NameBlock? {
        withExtendedLifetime(storage) {
            contents.count == 1 ? nil : Self.make(contents, [0..<index, index + 1..<contents.count])
        }
    }

    /// Two blocks, of what stands before an index, and from there on.
    func split(at index: Int) -> (NameBlock, NameBlock) {
        withExtendedLifetime(storage) {
            (Self.make(contents, [0..<index]), Self.make(contents, [index..<contents.count]))
        }
    }

    private static func make(_ contents: Contents, _ ranges: [Range<Int>]) -> NameBlock {
        let layout = Layout(
            count: ranges.reduce(0) { $0 + $1.count },
            textCount: ranges.reduce(0) { $0 + contents.text($1).count },
            hasCapitals: ranges.contains { contents.hasCapitals($0) }
        )
        return make(layout) { block in
            for range in ranges { block.append(contents, range) }
        }
    }
}

// MARK: Searching

extension NameBlock.Contents {
    /// Whether one of the names may contain a text with trigrams at those places.
    func mayContain(_ trigrams: UnsafeBufferPointer<Int>) -> Bool {
        for place in trigrams where filter[place >> 6] & 1 << UInt64(place & 63) == 0 { return false }
        return true
    }

    /// Calls `body` with each index, in order, whose name contains a text.
    @inline(__always)
    func forEach(containing part: borrowing NamePart, _ body: (Int) -> Void) {
        let (starts, text) = (starts, folded)
        let end = Int(starts[count])
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

    /// How many names contain a text.
    func count(containing part: borrowing NamePart) -> Int {
        var count = 0
        forEach(containing: part) { _ in count += 1 }
        return count
    }
}

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

extension UnsafeRawBufferPointer {
    fileprivate var hasCapitals: Bool { contains { $0.foldedASCII != $0 } }
}

extension UInt8 {
    /// The byte, an ASCII capital as the small letter: as SQLite's `lower` has it.
    fileprivate var foldedASCII: UInt8 {
        self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self
    }
}
