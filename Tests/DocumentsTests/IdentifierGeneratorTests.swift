import Documents
import Synchronization
import Testing

@Suite("An identifier generator")
struct IdentifierGeneratorTests {
    /// A clock that shows what it is told to.
    private final class Clock: Sendable {
        private let milliseconds: Mutex<Int64>
        init(_ milliseconds: Int64) { self.milliseconds = Mutex(milliseconds) }

        func set(_ value: Int64) { milliseconds.withLock { $0 = value } }
        var read: @Sendable () -> Timestamp {
            { Timestamp(microseconds: self.milliseconds.withLock { $0 } * 1000 + 999) }
        }
    }

    private static let someTime: Int64 = 1_795_183_509_000

    @Test("issues UUIDs of version 7 and variant 10")
    func versionAndVariant() {
        let generator = IdentifierGenerator()
        for _ in 0..<1000 {
            let id = generator.next()
            #expect(id.high >> 12 & 0xf == 7)
            #expect(id.low >> 62 == 0b10)
        }
    }

    @Test("issues ids whose first halves differ from those of other nodes", arguments: [1, 13, 4090] as [UInt64])
    func nodes(_ first: UInt64) {
        let floor = IdentifierGenerator(clock: Clock(Self.someTime + 5).read).next()
        let generators = (first..<first + 16).map { node in
            IdentifierGenerator(after: floor, node: node, clock: Clock(Self.someTime).read)
        }
        let ids = generators.flatMap { generator in (0..<200).map { _ in generator.next().high } }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0 > floor.high })
    }

    @Test("puts the clock's milliseconds first")
    func time() {
        let generator = IdentifierGenerator(clock: Clock(Self.someTime).read)
        #expect(generator.next().high >> 16 == UInt64(Self.someTime))
    }

    @Test("rises strictly within a millisecond, and beyond the 4,096 values that one holds")
    func risesWithinAMillisecond() {
        let generator = IdentifierGenerator(clock: Clock(Self.someTime).read)
        let ids = (0..<10_000).map { _ in generator.next().high }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(ids.allSatisfy { $0 >> 12 & 0xf == 7 })
        #expect(ids[4095] >> 16 == UInt64(Self.someTime))
        #expect(ids[4096] >> 16 == UInt64(Self.someTime) + 1)
    }

    @Test(
        "rises when the clock steps back, and follows the clock again when it has caught up",
        arguments: [1, 86_400_000]
    )
    func clockSteppingBack(milliseconds: Int64) {
        let clock = Clock(Self.someTime)
        let generator = IdentifierGenerator(clock: clock.read)
        let before = generator.next()
        clock.set(Self.someTime - milliseconds)
        let during = generator.next()
        clock.set(Self.someTime + 5)
        let after = generator.next()
        #expect(before.high < during.high)
        #expect(during.high < after.high)
        #expect(after.high >> 16 == UInt64(Self.someTime) + 5)
    }

    @Test("issues ids by a clock before 1970 as well")
    func clockBefore1970() {
        let generator = IdentifierGenerator(clock: Clock(-5).read)
        #expect(generator.next().high < generator.next().high)
    }

    @Test(
        "starts after its floor, of whatever time and version that is",
        arguments: [
            "0193cb20-1234-7abc-bfff-ffffffffffff",
            "fffffff0-0000-7fff-bfff-ffffffffffff",
            "fffffff0-0000-0fff-bfff-ffffffffffff",
            "fffffff0-0000-4000-8000-000000000000",
            "fffffff0-0000-a000-8000-000000000000",
            "fffffff0-0000-ffff-ffff-ffffffffffff",
        ]
    )
    func startsAfterFloor(_ text: String) throws {
        let floor = try #require(Identifier(text))
        let generator = IdentifierGenerator(after: floor)
        #expect(generator.next().high > floor.high)
    }

    @Test("issues no id twice to many threads at once, and rises for each of them")
    func manyThreads() async {
        let generator = IdentifierGenerator(clock: Clock(Self.someTime).read)
        let batches = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<2000).map { _ in generator.next().high } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(batches.joined()).count == 16_000)
        for batch in batches {
            #expect(zip(batch, batch.dropFirst()).allSatisfy { $0 < $1 })
        }
    }
}
