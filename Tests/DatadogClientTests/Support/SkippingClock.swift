import Foundation

/// A clock on which every sleep is over at once, and is noted.
final class SkippingClock: Clock, @unchecked Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    // The lock guards the sleeps.
    private let lock = NSLock()
    private var noted: [Duration] = []

    var sleeps: [Duration] { lock.withLock { noted } }
    var now: Instant { Instant(offset: sleeps.reduce(.zero, +)) }
    let minimumResolution = Duration.nanoseconds(1)

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        lock.withLock { noted.append(deadline.offset - noted.reduce(.zero, +)) }
    }
}
