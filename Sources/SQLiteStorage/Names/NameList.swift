/// The names of one organisation's connections in the order of lists: by their bytes, then by key.
///
/// A reader takes a list as it is at a moment and keeps it; a change copies what a reader may hold, and changes the
/// rest in place. Lists have blocks in groups, so that a change of a list of a million copies little.
final class NameList {
    /// Blocks that follow each other.
    private final class Group {
        let epoch: UInt64
        var blocks: [NameBlock] = []
        var count = 0

        init(epoch: UInt64) {
            self.epoch = epoch
        }

        init(copying other: Group, epoch: UInt64) {
            self.epoch = epoch
            blocks = Array(other.blocks[...])
            count = other.count
        }
    }

    private static let blocksPerGroup = 128

    private let epoch: UInt64
    private var groups: [Group] = []
    private(set) var count = 0

    init(epoch: UInt64) {
        self.epoch = epoch
    }

    private init(copying other: NameList, epoch: UInt64) {
        self.epoch = epoch
        groups = Array(other.groups[...])
        count = other.count
    }

    /// The list itself, or a copy where a reader may hold it. What may be changed in place was made since `epoch`;
    /// `nil` where no reader holds anything.
    func changeable(since oldest: UInt64?, at epoch: UInt64) -> NameList {
        guard let oldest, self.epoch < oldest else { return self }
        return NameList(copying: self, epoch: epoch)
    }

    // MARK: Changing

    /// Adds a name unless it is there with that key. As of ``changeable(since:at:)``.
    func insert(_ name: [UInt8], _ key: Int64, _ category: UInt16, since oldest: UInt64?, at epoch: UInt64) {
        guard !groups.isEmpty else {
            let group = Group(epoch: epoch)
            group.blocks = [.make(name, key, category)]
            group.count = 1
            groups = [group]
            count = 1
            return
        }
        let place = place(of: name, key)
        guard !holds(name, key, at: place) else { return }
        let group = changeableGroup(place.group, since: oldest, at: epoch)
        let block = group.blocks[place.block].inserting(name, key, category, at: place.index)
        group.count += 1
        count += 1
        guard block.count > NameBlock.capacity else {
            group.blocks[place.block] = block
            return
        }
        // Names that come in order fill their blocks.
        let isAppending = place.index == block.count - 1
        let (first, second) = block.split(at: isAppending ? place.index : block.count / 2)
        group.blocks[place.block] = first
        group.blocks.insert(second, at: place.block + 1)
        guard group.blocks.count > Self.blocksPerGroup else { return }
        let rest = Group(epoch: epoch)
        let kept = isAppending ? Self.blocksPerGroup : Self.blocksPerGroup / 2
        rest.blocks = Array(group.blocks[kept...])
        group.blocks.removeLast(group.blocks.count - kept)
        rest.count = rest.blocks.reduce(0) { $0 + $1.count }
        group.count -= rest.count
        groups.insert(rest, at: place.group + 1)
    }

    /// Removes a name, if it is there with that key.
    func remove(_ name: [UInt8], _ key: Int64, since oldest: UInt64?, at epoch: UInt64) {
        guard !groups.isEmpty, let place = element(at: place(of: name, key)), holds(name, key, at: place) else {
            return
        }
        let group = changeableGroup(place.group, since: oldest, at: epoch)
        group.count -= 1
        count -= 1
        if let block = group.blocks[place.block].removing(place.index) {
            group.blocks[place.block] = block
        } else {
            group.blocks.remove(at: place.block)
            if group.blocks.isEmpty { groups.remove(at: place.group) }
        }
    }

    private func changeableGroup(_ index: Int, since oldest: UInt64?, at epoch: UInt64) -> Group {
        let group = groups[index]
        guard let oldest, group.epoch < oldest else { return group }
        let copy = Group(copying: group, epoch: epoch)
        groups[index] = copy
        return copy
    }

    // MARK: Places

    private struct Place {
        var group: Int
        var block: Int
        var index: Int
    }

    /// The first place that does not sort before a name with its key; it may be the end of the block before that.
    private func place(of name: [UInt8], _ key: Int64) -> Place {
        name.withUnsafeBytes { name in
            let group = Self.last(groups.count) { index in
                groups[index].blocks[0].contents.precedes(0, name, key)
            }
            return groups[group].blocks.withUnsafeBufferPointer { blocks in
                let block = Self.last(blocks.count) { index in
                    blocks[index].contents.precedes(0, name, key)
                }
                return Place(
                    group: group,
                    block: block,
                    index: blocks[block].contents.lowerBound(name, key)
                )
            }
        }
    }

    /// The last number below `count` that is before something; 0 if none is.
    private static func last(_ count: Int, isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (1, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    /// The place, or where it is the end of a block, that of the next block's first element, if there is one.
    private func element(at place: Place) -> Place? {
        guard place.index == groups[place.group].blocks[place.block].count else { return place }
        if place.block + 1 < groups[place.group].blocks.count {
            return Place(group: place.group, block: place.block + 1, index: 0)
        }
        return place.group + 1 < groups.count ? Place(group: place.group + 1, block: 0, index: 0) : nil
    }

    /// Whether that name stands with its key where it belongs.
    private func holds(_ name: [UInt8], _ key: Int64, at place: Place) -> Bool {
        guard let place = element(at: place) else { return false }
        return name.withUnsafeBytes { name in
            groups[place.group].blocks[place.block].contents.holds(name, key, at: place.index)
        }
    }
}

/// A connection as the index knows it.
struct NameElement: Equatable {
    let key: Int64
    let name: [UInt8]

    init(_ block: NameBlock.Contents, _ index: Int) {
        key = block.key(index)
        name = Array(block.name(index))
    }
}

/// A search in a list of names.
struct NameQuery {
    /// `nil` for all.
    var part: NamePart?
    var category: UInt16?
    /// Keys of the list that do not count.
    var hidden: Set<Int64> = []
    /// How many elements are passed over.
    var offset = 0
    var limit: Int
    /// Goes on behind a name with its key, and passes over nothing.
    var position: (name: [UInt8], key: Int64)?
}

extension NameList {
    /// The elements of a page, and how many there are on all pages.
    func page(_ query: NameQuery) -> (elements: [NameElement], total: Int) {
        guard !groups.isEmpty else { return ([], 0) }
        if query.part == nil, query.category == nil, query.hidden.isEmpty { return (unfilteredPage(query), count) }
        var search = Search(query, from: query.position.map { place(after: $0) } ?? Place(group: 0, block: 0, index: 0))
        withExtendedLifetime(self) {
            if let part = query.part {
                part.trigrams.withUnsafeBufferPointer { trigrams in
                    forEachBlock { block, place in
                        if block.mayContain(trigrams) { search.look(into: block, at: place, for: part) }
                        return true
                    }
                }
            } else {
                forEachBlock { block, place in
                    search.look(into: block, at: place)
                    // Where nothing but what is hidden makes a difference, that is counted already.
                    return query.category != nil || !search.isFull
                }
            }
        }
        let isCounted = query.part == nil && query.category == nil
        return (search.elements, isCounted ? count - query.hidden.count : search.total)
    }

    /// Calls `body` with each block, in order, until it returns `false`. No references are counted, since the list
    /// keeps them all.
    @inline(__always)
    private func forEachBlock(_ body: (NameBlock.Contents, (group: Int, block: Int)) -> Bool) {
        for group in groups.indices {
            let goesOn = groups[group].blocks.withUnsafeBufferPointer { blocks in
                for block in blocks.indices where !body(blocks[block].contents, (group, block)) { return false }
                return true
            }
            guard goesOn else { return }
        }
    }

    /// The elements that a query finds, while blocks are looked into in order.
    private struct Search {
        private let query: NameQuery
        private let start: Place
        private var toPass: Int
        private(set) var elements: [NameElement] = []
        private(set) var total = 0

        init(_ query: NameQuery, from start: Place) {
            self.query = query
            self.start = start
            toPass = query.position == nil ? query.offset : 0
        }

        var isFull: Bool { elements.count >= query.limit }

        mutating func look(into block: NameBlock.Contents, at place: (group: Int, block: Int)) {
            for index in 0..<block.count { take(index, of: block, at: place) }
        }

        mutating func look(into block: NameBlock.Contents, at place: (group: Int, block: Int), for part: NamePart) {
            // Of most blocks nothing but the number counts.
            let isBefore = (place.group, place.block) < (start.group, start.block)
            if query.category == nil, query.hidden.isEmpty, isFull || isBefore {
                total += block.count(containing: part)
            } else {
                block.forEach(containing: part) { take($0, of: block, at: place) }
            }
        }

        private mutating func take(_ index: Int, of block: NameBlock.Contents, at place: (group: Int, block: Int)) {
            if let category = query.category, block.category(index) != category { return }
            if !query.hidden.isEmpty, query.hidden.contains(block.key(index)) { return }
            total += 1
            guard !isFull, (place.group, place.block, index) >= (start.group, start.block, start.index) else { return }
            if toPass > 0 { toPass -= 1 } else { elements.append(NameElement(block, index)) }
        }
    }

    /// The first place behind a name with its key.
    private func place(after position: (name: [UInt8], key: Int64)) -> Place {
        guard position.key < .max else { return place(of: position.name + [0], .min) }
        return place(of: position.name, position.key + 1)
    }

    private func unfilteredPage(_ query: NameQuery) -> [NameElement] {
        var place = Place(group: 0, block: 0, index: 0)
        if let position = query.position {
            place = self.place(after: position)
        } else {
            guard query.offset < count else { return [] }
            place.index = query.offset
            while place.index >= groups[place.group].count {
                place.index -= groups[place.group].count
                place.group += 1
            }
            while place.index >= groups[place.group].blocks[place.block].count {
                place.index -= groups[place.group].blocks[place.block].count
                place.block += 1
            }
        }
        var elements: [NameElement] = []
        while elements.count < query.limit, place.group < groups.count {
            let blocks = groups[place.group].blocks
            if place.block == blocks.count {
                place = Place(group: place.group + 1, block: 0, index: 0)
            } else if place.index >= blocks[place.block].count {
                place = Place(group: place.group, block: place.block + 1, index: 0)
            } else {
                elements.append(NameElement(blocks[place.block].contents, place.index))
                place.index += 1
            }
        }
        return elements
    }
}
