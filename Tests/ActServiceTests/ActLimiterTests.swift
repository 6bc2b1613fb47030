import Documents
import Testing

@testable import ActService

@Suite("The limits of acts through a connection")
struct ActLimiterTests {
    private let limiter = ActLimiter()
    private let organization = ActFixture.ids.next()
    private let connection = ActFixture.ids.next()

    private func enter(_ connection: Identifier? = nil, atOnce: Int = 2, perSecond: Int? = nil, at seconds: Double = 1)
        -> ActLimiter.Verdict
    {
        limiter.enter(
            connection ?? self.connection,
            of: organization,
            concurrency: atOnce,
            rate: perSecond,
            now: UInt64(seconds * 1e9)
        )
    }

    @Test("admit as many at once as may be, and another when one is over")
    func concurrency() {
        #expect(enter() == .admitted)
        #expect(enter() == .admitted)
        #expect(enter() == .tooMany(atOnce: 2))
        limiter.leave(connection, of: organization)
        #expect(enter() == .admitted)
        #expect(enter() == .tooMany(atOnce: 2))
        #expect(limiter.current == 2)
    }

    @Test("are each connection's own, and each organisation's")
    func apart() {
        #expect(enter(atOnce: 1) == .admitted)
        #expect(enter(ActFixture.ids.next(), atOnce: 1) == .admitted)
        #expect(
            limiter.enter(connection, of: ActFixture.ids.next(), concurrency: 1, rate: nil, now: 1_000_000_000)
                == .admitted
        )
        #expect(enter(atOnce: 1) == .tooMany(atOnce: 1))
    }

    @Test("admit a second's share at once, then as time passes")
    func rate() {
        for _ in 0..<3 {
            #expect(enter(atOnce: 10, perSecond: 3) == .admitted)
            limiter.leave(connection, of: organization)
        }
        #expect(enter(atOnce: 10, perSecond: 3) == .tooFast(perSecond: 3))
        #expect(enter(atOnce: 10, perSecond: 3, at: 1.3) == .tooFast(perSecond: 3))
        #expect(enter(atOnce: 10, perSecond: 3, at: 1.4) == .admitted)
        #expect(enter(atOnce: 10, perSecond: 3, at: 1.4) == .tooFast(perSecond: 3))
        // An hour's rest is worth a second's share.
        for _ in 0..<3 { #expect(enter(atOnce: 10, perSecond: 3, at: 3_600) == .admitted) }
        #expect(enter(atOnce: 10, perSecond: 3, at: 3_600) == .tooFast(perSecond: 3))
    }

    @Test("gain nothing by clocks that were read in another order")
    func lateClock() {
        #expect(enter(atOnce: 10, perSecond: 1, at: 5) == .admitted)
        #expect(enter(atOnce: 10, perSecond: 1, at: 4.999) == .tooFast(perSecond: 1))
        #expect(enter(atOnce: 10, perSecond: 1, at: 5.5) == .tooFast(perSecond: 1))
        #expect(enter(atOnce: 10, perSecond: 1, at: 6) == .admitted)
    }

    @Test("count nothing that was refused")
    func refused() {
        #expect(enter(atOnce: 1, perSecond: 2) == .admitted)
        for _ in 0..<5 { #expect(enter(atOnce: 1, perSecond: 2) == .tooMany(atOnce: 1)) }
        limiter.leave(connection, of: organization)
        #expect(enter(atOnce: 1, perSecond: 2) == .admitted)
        #expect(limiter.current == 1)
    }

    @Test("forget idle connections when there are very many, and none that is in use")
    func manyConnections() {
        #expect(enter(atOnce: 1, perSecond: 1) == .admitted)
        for _ in 0..<20_000 {
            let other = ActFixture.ids.next()
            #expect(enter(other, perSecond: 1, at: 5) == .admitted)
            limiter.leave(other, of: organization)
        }
        #expect(limiter.current == 1)
        #expect(enter(atOnce: 1, perSecond: 1, at: 10) == .tooMany(atOnce: 1))
    }
}
