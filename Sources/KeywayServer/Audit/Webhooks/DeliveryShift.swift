import Access
import ActService
import Documents
import Storage

/// The turns by which one node at a time sends to webhooks, so that each event comes from one of them.
///
/// A node that ends or hangs is replaced in the next shift. Where two nodes' clocks are apart, both may send for a moment:
/// events come twice then, as they may after a crash.
struct DeliveryShift {
    private let shared: (any SharedStore)?
    /// Tells this node from others.
    private let node: KeyDigest
    /// The last shift that was asked for, and whether it is this node's.
    private var last: (number: Int64, isOurs: Bool)?

    /// How long a shift lasts, in microseconds.
    private static let length: Int64 = 15_000_000

    /// - Parameters:
    ///   - shared: The data that nodes share; `nil` where there is one node.
    ///   - node: A text that no other node has.
    init(among shared: (any SharedStore)?, as node: String = "\(UInt64.random(in: 0 ... .max)) \(Timestamp.now)") {
        self.shared = shared
        self.node = KeyDigest(of: node)
    }

    /// The end of the present shift, if it is this node's.
    mutating func end(now: Timestamp = .now) async -> ContinuousClock.Instant? {
        let (number, passed) = now.microseconds.quotientAndRemainder(dividingBy: Self.length)
        if last?.number != number {
            guard let isOurs = await take(number) else { return nil }
            last = (number, isOurs)
        }
        return last?.isOurs == true ? ContinuousClock.now + .microseconds(Self.length - passed) : nil
    }

    /// Takes a shift, unless another node has it.
    ///
    /// - Returns: Whether it is this node's; `nil` if the store can't tell.
    private func take(_ number: Int64) async -> Bool? {
        guard let shared else { return true }
        // Kept for longer than clocks may be apart.
        let end = Timestamp(microseconds: (number + 20) * Self.length)
        return try? await shared.takeProof(KeyDigest(of: "webhook deliveries \(number)"), for: node, until: end)
    }
}
