import Synchronization

/// The metrics of acts.
package final class ActMetrics: Sendable {
    package struct Key: Hashable {
        /// The wire type of the integration.
        package let integration: String
        /// `answered`, what a test found, or what kept the act from a response.
        package let outcome: String
    }

    /// From the request to the head of the third party's response.
    package let upstream = Histogram()
    private let acts = Mutex<[Key: UInt64]>([:])
    private let underWay = Atomic<Int>(0)
    private let masked = Atomic<UInt64>(0)

    package init() {}

    func begin() { underWay.add(1, ordering: .relaxed) }

    /// An act is over.
    func end(_ integration: String, _ outcome: String, _ facts: ProxiedResponse.Facts? = nil) {
        underWay.subtract(1, ordering: .relaxed)
        count(integration, outcome)
        guard let facts else { return }
        if facts.status != nil { upstream.observe(nanoseconds: facts.upstreamNanoseconds) }
        masked.add(UInt64(facts.masked), ordering: .relaxed)
    }

    /// Something is worth counting that is no outcome: an act was refused before its intent, say.
    func count(_ integration: String, _ what: String) {
        acts.withLock { $0[Key(integration: integration, outcome: what), default: 0] += 1 }
    }

    package var current: Int { underWay.load(ordering: .relaxed) }

    package var maskedCount: UInt64 { masked.load(ordering: .relaxed) }

    package var counts: [(key: Key, count: UInt64)] {
        acts.withLock { acts in
            acts.sorted { ($0.key.integration, $0.key.outcome) < ($1.key.integration, $1.key.outcome) }
                .map { ($0.key, $0.value) }
        }
    }
}
