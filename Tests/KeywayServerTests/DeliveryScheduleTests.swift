import Access
import Documents
import Secrets
import Storage
import Testing

@testable import KeywayServer

@Suite("The schedule of deliveries")
struct DeliveryScheduleTests {
    private static let ids = IdentifierGenerator()
    private static let now = ContinuousClock.now
    private let organization = ids.next()

    private func webhook(
        of organization: Identifier,
        _ id: Identifier = ids.next(),
        revision: Int64 = 1,
        delivered: Int64 = 0,
        isEnabled: Bool = true
    ) -> StoredAuditWebhook {
        let attributes: JSONValue = [
            "url": "https://hooks.example", "actions": ["*"], "enabled": .boolean(isEnabled),
        ]
        return StoredAuditWebhook(
            id: id,
            organization: organization,
            document: JSONWriter.bytes(of: ["attributes": attributes]),
            revision: revision,
            delivered: delivered
        )
    }

    private func begin(
        _ schedule: inout DeliverySchedule,
        _ webhooks: [StoredAuditWebhook],
        upTo newest: Int64 = 9,
        after seconds: Double = 0
    ) -> [Identifier] {
        let organizations = Set(webhooks.map(\.organization))
        let log = Dictionary(uniqueKeysWithValues: organizations.map { ($0, newest) })
        return schedule.begin(webhooks, upTo: log, now: Self.now + .seconds(seconds)).map(\.id)
    }

    @Test("begins with those that lag behind, are enabled, and are not busy")
    func due() {
        var schedule = DeliverySchedule()
        let behind = webhook(of: organization)
        let others = [webhook(of: organization, delivered: 9), webhook(of: organization, isEnabled: false)]
        #expect(begin(&schedule, [behind] + others) == [behind.id])
        #expect(begin(&schedule, [behind] + others).isEmpty)
        schedule.note(9, of: behind.id)
        #expect(schedule.end(behind, .taken, now: Self.now) == 0)
        // The store knows it a moment later.
        #expect(begin(&schedule, [behind] + others).isEmpty)
        #expect(schedule.place(of: behind) == 9)
        // One that had no turn yet goes first.
        #expect(begin(&schedule, [behind] + others, upTo: 10) == [others[0].id, behind.id])
    }

    @Test("lets slow ones of an organisation hold up neither another's nor their own for ever")
    func fair() {
        var schedule = DeliverySchedule()
        let slow = (0..<20).map { _ in webhook(of: organization) }
        let other = webhook(of: Self.ids.next())
        let first = begin(&schedule, slow + [other])
        #expect(first == slow.prefix(DeliverySchedule.ofOrganizationAtOnce).map(\.id) + [other.id])
        for webhook in slow where first.contains(webhook.id) { _ = schedule.end(webhook, .taken, now: Self.now) }
        let second = begin(&schedule, slow + [other])
        #expect(Set(second).isDisjoint(with: first))
        #expect(second.count == DeliverySchedule.ofOrganizationAtOnce)
    }

    @Test("sends to so many at once and no more, and to those next that have waited longest")
    func bounded() {
        var schedule = DeliverySchedule()
        let all = (0..<3 * DeliverySchedule.atOnce).map { _ in webhook(of: Self.ids.next()) }
        var turns: [Identifier] = []
        for _ in 0..<3 {
            let begun = begin(&schedule, all)
            #expect(begun.count == DeliverySchedule.atOnce)
            #expect(begin(&schedule, all).isEmpty)
            turns += begun
            for webhook in all where begun.contains(webhook.id) { _ = schedule.end(webhook, .taken, now: Self.now) }
        }
        #expect(Set(turns).count == all.count)
    }

    @Test("asks one that refuses again after a second, two, four and so on up to ten minutes")
    func delays() {
        var schedule = DeliverySchedule()
        let webhook = webhook(of: organization)
        var time = 0.0
        for (tries, delay) in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600].enumerated() {
            #expect(begin(&schedule, [webhook], after: time) == [webhook.id])
            #expect(schedule.end(webhook, .refused, now: Self.now + .seconds(time)) == tries + 1)
            #expect(begin(&schedule, [webhook], after: time + 0.79 * Double(delay)).isEmpty)
            time += Double(delay)
        }
    }

    @Test("asks one that was changed at once")
    func changed() {
        var schedule = DeliverySchedule()
        let before = webhook(of: organization)
        let after = webhook(of: organization, before.id, revision: 2)
        #expect(begin(&schedule, [before]) == [before.id])
        #expect(schedule.end(before, .refused, now: Self.now) == 1)
        #expect(begin(&schedule, [before]).isEmpty)
        #expect(begin(&schedule, [after]) == [after.id])
        // What it was is refused after that.
        _ = begin(&schedule, [webhook(of: organization, before.id, revision: 3)])
        #expect(schedule.end(after, .refused, now: Self.now) == 0)
    }

    @Test("forgets those that are gone")
    func gone() {
        var schedule = DeliverySchedule()
        let webhook = webhook(of: organization)
        #expect(begin(&schedule, [webhook]) == [webhook.id])
        #expect(begin(&schedule, []).isEmpty)
        schedule.note(5, of: webhook.id)
        _ = schedule.end(webhook, .taken, now: Self.now)
        #expect(begin(&schedule, []).isEmpty)
        #expect(schedule.place(of: webhook) == 0)
    }
}

@Suite("The shift of a node")
struct DeliveryShiftTests {
    /// Takes proofs, as a store does that nodes share.
    private actor Proofs: SharedStore {
        private var takers: [KeyDigest: KeyDigest] = [:]
        private(set) var asked = 0

        func takeProof(_ proof: KeyDigest, for taker: KeyDigest, until end: Timestamp) throws(StoreError) -> Bool {
            asked += 1
            let known = takers[proof] ?? taker
            takers[proof] = known
            return known == taker
        }

        func claimToken(
            for _: SharedTokenPlace,
            goodAt _: Timestamp,
            insteadOf _: Int64?,
            lease _: Identifier,
            lasting _: Duration
        ) -> TokenClaim { .leased }

        func storeToken(
            _: SealedSecrets,
            for _: SharedTokenPlace,
            goodUntil _: Timestamp,
            erasedAt _: Timestamp,
            under _: Identifier
        ) -> Int64? { nil }

        func endLease(_: Identifier, for _: SharedTokenPlace) {}

        nonisolated func nodeNumber() -> UInt64 { 0 }

        func eraseEnded(asOf _: Timestamp) {}
    }

    private static let start = Timestamp(microseconds: 1_796_083_200_000_000)

    /// Asks for the shift of a time, in seconds after the start.
    private func isOn(_ shift: inout DeliveryShift, after seconds: Int64) async -> Bool {
        await shift.end(now: Timestamp(microseconds: Self.start.microseconds + seconds * 1_000_000)) != nil
    }

    @Test("is each one's where there is one node")
    func alone() async {
        var shift = DeliveryShift(among: nil)
        let isOn = await isOn(&shift, after: 0)
        #expect(isOn)
    }

    @Test("is one node's of all, which asks for it once, and another's when that one is gone")
    func oneOfAll() async {
        let proofs = Proofs()
        var (first, second) = (DeliveryShift(among: proofs), DeliveryShift(among: proofs))
        var shifts: [Bool] = []
        for seconds: Int64 in 0..<15 { shifts.append(await isOn(&first, after: seconds)) }
        #expect(shifts == Array(repeating: true, count: 15))
        let isSecond = await isOn(&second, after: 0)
        #expect(!isSecond)
        #expect(await proofs.asked == 2)
        let isNext = await isOn(&second, after: 15)
        #expect(isNext)
        let isFirstStill = await isOn(&first, after: 15)
        #expect(!isFirstStill)
    }
}
