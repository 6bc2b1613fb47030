/// Shares the client's thread among responses: one that has handed on a good deal in a round of the loop waits for the
/// next, after the others.
final class Turns {
    /// The round of the loop.
    private(set) var round: UInt64 = 0
    private var waiting: [Exchange] = []

    /// How much of one response is handed on in a round, in bytes, but for the rest of a piece.
    static let share = 64 * 1_024

    var isAnyoneWaiting: Bool { !waiting.isEmpty }

    func append(_ exchange: Exchange) {
        waiting.append(exchange)
    }

    /// Begins a round.
    ///
    /// - Returns: The exchanges that waited for it, in their order.
    func begin() -> [Exchange] {
        round += 1
        guard !waiting.isEmpty else { return [] }
        defer { waiting = [] }
        return waiting
    }
}
