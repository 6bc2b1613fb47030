import Synchronization

/// Issues ids: UUIDs of version 7 whose first 64 bits rise strictly within this generator.
///
/// The 12 bits behind the milliseconds are a counter (RFC 9562, section 6.2, method 1). When a millisecond's 4,096
/// values are used up, or the clock steps back, the generator goes on from its last value, ahead of the clock.
package final class IdentifierGenerator: Sendable {
    private let last: Atomic<UInt64>
    private let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - floor: Every id issued sorts after this one; give the newest that is stored.
    ///   - clock: Tells the time that ids carry.
    package init(after floor: Identifier? = nil, clock: @escaping @Sendable () -> Timestamp = { .now }) {
        last = Atomic(floor.map { Self.sequence(of: $0) } ?? 0)
        self.clock = clock
    }

    /// Issues an id that was never issued before.
    package func next() -> Identifier {
        let now = UInt64(clearingNegative: clock().microseconds / 1000) << 12
        let sequence = rise(to: now)
        let high = (sequence >> 12) << 16 | 0x7000 | sequence & 0xfff
        let low = 0b10 << 62 | UInt64.random(in: 0...UInt64.max) >> 2
        return Identifier(high: high, low: low)
    }

    /// The next sequence: that one, or the one behind the last if that is later.
    private func rise(to sequence: UInt64) -> UInt64 {
        var last = last.load(ordering: .relaxed)
        while true {
            let next = max(last + 1, sequence)
            let (isExchanged, found) = self.last.compareExchange(expected: last, desired: next, ordering: .relaxed)
            if isExchanged { return next }
            last = found
        }
    }

    /// The 60 bits of time and counter in an id's first half; of an id of a later version, the last of its time.
    private static func sequence(of id: Identifier) -> UInt64 {
        (id.high >> 16) << 12 | (id.high & 0xf000 > 0x7000 ? 0xfff : id.high & 0xfff)
    }
}

extension UInt64 {
    fileprivate init(clearingNegative value: Int64) {
        self = value < 0 ? 0 : UInt64(value)
    }
}
