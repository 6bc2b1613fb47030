import Synchronization

/// Issues ids: UUIDs of version 7 whose first 64 bits rise strictly within this generator.
///
/// The 12 bits behind the milliseconds are a counter (RFC 9562, section 6.2, method 1). When a millisecond's 4,096
/// values are used up, or the clock steps back, the generator goes on from its last value, ahead of the clock.
///
/// Each of several nodes that issue ids at the same time begins the counter elsewhere: any two of 16 that got their
/// numbers one after another are 207 values apart, so that their first halves differ, too.
package final class IdentifierGenerator: Sendable {
    private let last: Atomic<UInt64>
    /// The value at which the counter begins.
    private let start: UInt64
    private let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - floor: Every id issued sorts after this one; give the newest that is stored.
    ///   - node: The number of this node among those that issue ids for one store; 0 where there is one.
    ///   - clock: Tells the time that ids carry.
    package init(
        after floor: Identifier? = nil,
        node: UInt64 = 0,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        // By the golden ratio of 4,096, nearly: numbers that follow each other are far apart.
        start = (node &* 1_597) & 0xfff
        let floor = floor.map { Self.sequence(of: $0) } ?? 0
        // Another node may go on from the floor itself.
        last = Atomic(start == 0 ? floor : (floor >> 12 + 1) << 12 | start)
        self.clock = clock
    }

    /// Issues an id that was never issued before.
    package func next() -> Identifier {
        let now = UInt64(clearingNegative: clock().microseconds / 1000) << 12 | start
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
