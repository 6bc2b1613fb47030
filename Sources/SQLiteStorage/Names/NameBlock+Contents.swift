import Platform

extension NameBlock {
    /// The names of a block, as they lie in memory.
    struct Contents {
        let memory: UnsafeRawPointer

        var layout: Layout { memory.load(fromByteOffset: Layout.place, as: Layout.self) }
        var count: Int { layout.count }
        var filter: UnsafePointer<UInt64> { memory.assumingMemoryBound(to: UInt64.self) }
        var starts: UnsafePointer<Int32> {
            (memory + layout.starts).assumingMemoryBound(to: Int32.self)
        }
        var folded: UnsafePointer<UInt8> {
            (memory + layout.folded).assumingMemoryBound(to: UInt8.self)
        }
        var verbatim: UnsafePointer<UInt8> {
            (memory + layout.verbatim).assumingMemoryBound(to: UInt8.self)
        }

        /// Where the names of elements stand, each with its separator.
        func text(_ range: Range<Int>) -> Range<Int> {
            Int(starts[range.lowerBound])..<Int(starts[range.upperBound])
        }

        func hasCapitals(_ range: Range<Int>) -> Bool {
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
}

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
