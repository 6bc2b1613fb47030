import ActService
import Documents
import Testing

@Suite("A proof that was taken")
struct ProofMemoryTests {
    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    @Test("is not taken again, and another is")
    func once() {
        let memory = ProofMemory(startedAt: Self.time(1_000), window: 300)
        #expect(memory.take("a", of: Self.time(1_001), now: Self.time(1_002)) == .taken)
        #expect(memory.take("a", of: Self.time(1_001), now: Self.time(1_002)) == .repeated)
        #expect(memory.take("b", of: Self.time(1_001), now: Self.time(1_002)) == .taken)
        memory.forget("a")
        #expect(memory.take("a", of: Self.time(1_001), now: Self.time(1_002)) == .taken)
    }

    @Test("before the start may have been taken by then, and is not taken")
    func beforeTheStart() {
        let memory = ProofMemory(startedAt: Timestamp(microseconds: 1_000_999_999), window: 300)
        #expect(memory.take("a", of: Self.time(999), now: Self.time(1_001)) == .repeated)
        #expect(memory.take("a", of: Self.time(1_000), now: Self.time(1_001)) == .taken)
    }

    @Test("is forgotten only when it could not be taken any more, and none is taken while there are too many")
    func bounds() {
        let memory = ProofMemory(startedAt: Self.time(0), window: 300)
        for number in 0..<100_000 { _ = memory.take("\(number)", of: Self.time(1_000), now: Self.time(1_000)) }
        #expect(memory.take("x", of: Self.time(1_000), now: Self.time(1_300)) == .full)
        #expect(memory.take("0", of: Self.time(1_000), now: Self.time(1_300)) == .full)
        #expect(memory.take("x", of: Self.time(1_302), now: Self.time(1_302)) == .taken)
    }
}
