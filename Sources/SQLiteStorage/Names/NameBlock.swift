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
