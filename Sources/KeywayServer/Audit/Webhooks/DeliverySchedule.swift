import Access
import Documents
import JSONReading
import Storage

/// Decides which webhooks are sent to next, and when those are asked again that have refused. It holds no clock.
struct DeliverySchedule {
    /// The end of a webhook's turn.
    enum End {
        /// It has all that its turn had time for.
        case taken
        case refused
        /// It was changed meanwhile.
        case changed
    }

    private struct State {
        let organization: Identifier
        /// The revision that the rest is of.
        var revision: Int64
        var isEnabled: Bool
        var isBusy = false
        /// Its last turn, counted over all webhooks.
        var turn: UInt64 = 0
        /// How often in a row the next event could not be delivered.
        var failures = 0
        var retryAt: ContinuousClock.Instant?
        /// How far it has come, which the store may learn a moment later.
        var delivered: Int64 = 0
    }

    /// The webhooks that are sent to at once.
    static let atOnce = 32
    /// Those of one organisation: its slow receivers hold nobody else's events up.
    static let ofOrganizationAtOnce = 8
    /// The longest wait between two tries, in seconds.
    private static let longestDelay = 600.0

    private var states: [Identifier: State] = [:]
    private var turns: UInt64 = 0

    /// Begins the turns of webhooks that have something to receive, of those first that have waited longest.
    ///
    /// - Parameters:
    ///   - webhooks: All that there are.
    ///   - newest: The sequence of the newest event of each organisation that has one.
    ///   - now: The time.
    /// - Returns: The webhooks. Each is busy until its turn ends.
    mutating func begin(
        _ webhooks: [StoredAuditWebhook],
        upTo newest: [Identifier: Int64],
        now: ContinuousClock.Instant
    ) -> [StoredAuditWebhook] {
        let ids = Set(webhooks.map(\.id))
        states = states.filter { ids.contains($0.key) || $0.value.isBusy }
        for webhook in webhooks { update(webhook) }
        var busy: [Identifier: Int] = [:]
        for state in states.values where state.isBusy { busy[state.organization, default: 0] += 1 }
        var free = Self.atOnce - busy.values.reduce(0, +)
        let waiting = webhooks.filter { isDue($0, upTo: newest[$0.organization] ?? 0, now) }
            .sorted { turn(of: $0) < turn(of: $1) }
        return waiting.filter { webhook in
            guard free > 0, busy[webhook.organization, default: 0] < Self.ofOrganizationAtOnce else { return false }
            free -= 1
            busy[webhook.organization, default: 0] += 1
            turns += 1
            states[webhook.id]?.isBusy = true
            states[webhook.id]?.turn = turns
            return true
        }
    }

    private mutating func update(_ webhook: StoredAuditWebhook) {
        var state =
            states[webhook.id]
            ?? State(organization: webhook.organization, revision: webhook.revision, isEnabled: webhook.isEnabled)
        if state.revision != webhook.revision {
            state.revision = webhook.revision
            state.isEnabled = webhook.isEnabled
            // What was wrong with it may be right now.
            state.failures = 0
            state.retryAt = nil
        }
        state.delivered = max(state.delivered, webhook.delivered)
        states[webhook.id] = state
    }

    private func isDue(_ webhook: StoredAuditWebhook, upTo newest: Int64, _ now: ContinuousClock.Instant) -> Bool {
        guard let state = states[webhook.id] else { return false }
        return state.isEnabled && !state.isBusy && state.delivered < newest && state.retryAt.map { $0 <= now } ?? true
    }

    private func turn(of webhook: StoredAuditWebhook) -> UInt64 { states[webhook.id]?.turn ?? 0 }

    /// The last event that a webhook has received, or that was none for it.
    func place(of webhook: StoredAuditWebhook) -> Int64 { states[webhook.id]?.delivered ?? webhook.delivered }

    /// Notes how far a webhook has come.
    mutating func note(_ sequence: Int64, of webhook: Identifier) { states[webhook]?.delivered = sequence }

    /// Ends a webhook's turn.
    ///
    /// - Returns: How often in a row its next event could not be delivered.
    mutating func end(_ webhook: StoredAuditWebhook, _ end: End, now: ContinuousClock.Instant) -> Int {
        guard var state = states[webhook.id] else { return 0 }
        state.isBusy = false
        switch end {
        case .taken: state.failures = 0
        case .changed: break
        // One that was changed meanwhile is not to wait for what it was.
        case .refused where state.revision == webhook.revision:
            state.failures += 1
            // Spread, so that receivers that failed together are not asked together.
            let delay = min(Self.longestDelay, Double(1 << min(state.failures - 1, 10)))
            state.retryAt = now + .seconds(delay * Double.random(in: 0.8...1))
        case .refused: break
        }
        states[webhook.id] = state
        return state.failures
    }
}

extension StoredAuditWebhook {
    /// Whether it is to be sent to. One that can't be read is, so that the operator learns of it.
    fileprivate var isEnabled: Bool {
        (try? JSONReader.read(document)).flatMap { AuditWebhook($0)?.isEnabled } ?? true
    }
}
