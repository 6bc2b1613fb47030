/// Shares the client's thread among responses. In each round of the loop they pass on so much together; what is beyond
/// waits for a turn, and between any two turns the loop serves the others.
final class Turns {
    /// How much is passed on in a round, in bytes.
    private static let roundBytes = 64 * 1_024
    /// A piece that takes its receiver longer ends the round, in nanoseconds.
    private static let longPiece: UInt64 = 250_000

    private var left = roundBytes
    private var waiting: [CurlExchange] = []
    /// How many of `waiting` have had their turn.
    private var served = 0
    private var stopped: [CurlExchange] = []

    /// Whether something may be passed on in this round.
    var isOpen: Bool { left > 0 }

    var isAnyoneWaiting: Bool { served < waiting.count }

    /// Begins a round.
    func begin() {
        left = Self.roundBytes
    }

    /// Counts a piece that was passed on.
    ///
    /// - Returns: Whether that took long.
    func count(_ bytes: Int, nanoseconds: UInt64) -> Bool {
        let isLong = nanoseconds > Self.longPiece
        left = isLong ? 0 : left - bytes
        return isLong
    }

    /// Notes that an exchange has stopped passing on: its turn is over, or its receiver pauses.
    func note(_ exchange: CurlExchange) {
        guard !exchange.isNoted else { return }
        exchange.isNoted = true
        stopped.append(exchange)
    }

    /// The exchanges that have stopped since they were asked for last.
    func takeStopped() -> [CurlExchange] {
        guard !stopped.isEmpty else { return [] }
        defer { stopped = [] }
        for exchange in stopped { exchange.isNoted = false }
        return stopped
    }

    /// Has an exchange wait for a turn, behind all others.
    func append(_ exchange: CurlExchange) {
        guard !exchange.isWaiting else { return }
        exchange.isWaiting = true
        waiting.append(exchange)
    }

    /// The exchange that has waited longest.
    func next() -> CurlExchange? {
        guard served < waiting.count else { return nil }
        let exchange = waiting[served]
        exchange.isWaiting = false
        served += 1
        if served * 2 >= waiting.count {
            waiting.removeFirst(served)
            served = 0
        }
        return exchange
    }
}
