/// The names of one organisation's connections in the order of lists: by their bytes, then by key.
///
/// A reader takes a list as it is at a moment and keeps it; a change copies what a reader may hold, and changes the rest
/// in place. Lists have blocks in groups, so that a change of a list of a million copies little.
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

    /// The list itself, or a copy where a reader may hold it. What may be changed in place was made since `epoch`; `nil`
    /// where no reader holds anything.
    func changeable(since oldest: UInt64?, at epoch: UInt64) -> NameList {
        guard let oldest, self.epoch < oldest else { return self }
        return NameList(copying: self, epoch: epoch)
    }

    // MARK: Changing

    /// Adds a name unless it is there with that key. As of ``changeable(since:at:)``.
    func insert(_ name: [UInt8], _ key: Int64, _ category: UInt16, since oldest: UInt64?, at epoch: UInt64) {
        if groups.isEmpty {
            let group = Group(epoch: epoch)
            group.blocks = [NameBlock(epoch: epoch)]
            groups = [group]
        }
        guard find(name, key) == nil else { return }
        let place = place(of: name, key)
        let block = changeableBlock(place, since: oldest, at: epoch)
        let group = groups[place.group]
        block.insert(name, key, category, at: place.index)
        group.count += 1
        count += 1
        guard block.count > NameBlock.capacity else { return }
        // Names that come in order fill their blocks.
        let isAppending = place.index == block.count - 1
        group.blocks.insert(block.split(at: isAppending ? place.index : block.count / 2), at: place.block + 1)
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
        guard !groups.isEmpty, let place = find(name, key) else { return }
        let block = changeableBlock(place, since: oldest, at: epoch)
        let group = groups[place.group]
        block.remove(place.index..<place.index + 1)
        group.count -= 1
        count -= 1
        guard block.count == 0 else { return }
        group.blocks.remove(at: place.block)
        if group.blocks.isEmpty { groups.remove(at: place.group) }
    }

    private func changeableBlock(_ place: Place, since oldest: UInt64?, at epoch: UInt64) -> NameBlock {
        var group = groups[place.group]
        if let oldest, group.epoch < oldest {
            group = Group(copying: group, epoch: epoch)
            groups[place.group] = group
        }
        var block = group.blocks[place.block]
        if let oldest, block.epoch < oldest {
            block = NameBlock(copying: block, epoch: epoch)
            group.blocks[place.block] = block
        }
        return block
    }

    // MARK: Places

    private struct Place {
        var group: Int
        var block: Int
        var index: Int
    }

    /// The first place that does not sort before a name with its key; it may be the end of the block before that.
    private func place(of name: [UInt8], _ key: Int64) -> Place {
        let group = Self.last(groups.count) { groups[$0].blocks[0].precedes(0, name, key) }
        let blocks = groups[group].blocks
        let block = Self.last(blocks.count) { blocks[$0].precedes(0, name, key) }
        return Place(
            group: group,
            block: block,
            index: blocks[block].count == 0 ? 0 : blocks[block].lowerBound(name, key)
        )
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

    /// The place of an element that is there with its key.
    private func find(_ name: [UInt8], _ key: Int64) -> Place? {
        var place = place(of: name, key)
        if place.index == groups[place.group].blocks[place.block].count {
            place.index = 0
            place.block += 1
            if place.block == groups[place.group].blocks.count {
                place.block = 0
                place.group += 1
                guard place.group < groups.count else { return nil }
            }
        }
        let block = groups[place.group].blocks[place.block]
        guard block.count > 0, block.keys[place.index] == key, block.name(place.index) == name else { return nil }
        return place
    }
}

/// A connection as the index knows it.
struct NameElement: Equatable {
    let key: Int64
    let name: [UInt8]

    init(_ block: NameBlock, _ index: Int) {
        key = block.keys[index]
        name = block.name(index)
    }
}

/// What is asked of a list of names.
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
        let start = query.position.map { place(after: $0) } ?? Place(group: 0, block: 0, index: 0)
        var toPass = query.position == nil ? query.offset : 0
        var elements: [NameElement] = []
        var total = 0
        for (groupIndex, group) in groups.enumerated() {
            for (blockIndex, block) in group.blocks.enumerated() {
                func take(_ index: Int) {
                    if !query.hidden.isEmpty, query.hidden.contains(block.keys[index]) { return }
                    total += 1
                    guard elements.count < query.limit,
                        (groupIndex, blockIndex, index) >= (start.group, start.block, start.index)
                    else { return }
                    if toPass > 0 { toPass -= 1 } else { elements.append(NameElement(block, index)) }
                }
                switch (query.part, query.category) {
                case (let part?, let category):
                    block.forEach(containing: part) { index in
                        if category == nil || block.categories[index] == category { take(index) }
                    }
                case (nil, let category?):
                    for index in 0..<block.count where block.categories[index] == category { take(index) }
                case (nil, nil):
                    // Nothing but what is hidden makes a difference, and that was counted.
                    if elements.count == query.limit { return (elements, count - query.hidden.count) }
                    for index in 0..<block.count { take(index) }
                }
            }
        }
        return (elements, total)
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
                elements.append(NameElement(blocks[place.block], place.index))
                place.index += 1
            }
        }
        return elements
    }
}
