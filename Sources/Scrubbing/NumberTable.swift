import Secrets

/// Numbers by keys that are not zero, in memory that is zeroed: an open hash table, at most half full.
struct NumberTable: Sendable {
    fileprivate struct Slot {
        var key: UInt64
        var value: UInt64
    }

    private let slots: SecretBuffer

    /// - Parameters:
    ///   - count: How many numbers there will be at most.
    ///   - fill: Enters them.
    init(atMost count: Int, fill: (Builder) -> Void) {
        var capacity = 4
        while capacity < 2 * count { capacity *= 2 }
        slots = SecretBuffer(count: capacity * MemoryLayout<Slot>.stride) { memory in
            fill(Builder(slots: memory.bindMemory(to: Slot.self)))
        }
    }

    subscript(key: UInt64) -> Int? {
        let slots = slots.bytes.assumingMemoryBound(to: Slot.self)
        let slot = slots[place(of: key, in: slots)]
        return slot.key == key ? Int(slot.value) : nil
    }

    /// A table that is being filled.
    struct Builder {
        fileprivate let slots: UnsafeMutableBufferPointer<Slot>

        subscript(key: UInt64) -> Int? {
            let slot = slots[place(of: key, in: UnsafeBufferPointer(slots))]
            return slot.key == key ? Int(slot.value) : nil
        }

        func set(_ key: UInt64, to value: Int) {
            slots[place(of: key, in: UnsafeBufferPointer(slots))] = Slot(key: key, value: UInt64(value))
        }

        /// Sets bits of a number, which is zero to begin with.
        func add(_ bits: UInt64, to key: UInt64) {
            let place = place(of: key, in: UnsafeBufferPointer(slots))
            slots[place] = Slot(key: key, value: slots[place].value | bits)
        }
    }
}

/// Where a key stands, or would.
@inline(__always)
private func place(of key: UInt64, in slots: UnsafeBufferPointer<NumberTable.Slot>) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[place].key != 0, slots[place].key != key { place = (place + 1) & mask }
    return place
}
