import Documents
import HTTPServer
import Storage
import Synchronization
import Testing

@testable import KeywayServer

@Suite("The memory for responses")
struct ResponseBudgetTests {
    private static let ids = IdentifierGenerator()

    @Test("is given to one key up to a half, and to others from what is left")
    func fair() {
        let budget = ResponseBudget(bytes: 1_000)
        let keys = (0..<4).map { _ in Self.ids.next() }
        var shares: [ResponseBudget.Share] = []
        var taken = [0, 0, 0, 0]
        for (number, key) in keys.enumerated() {
            while let share = budget.take(10, for: key) {
                shares.append(share)
                taken[number] += 10
            }
        }
        #expect(taken == [500, 250, 130, 60])
        #expect(budget.free == 60)
        // The first is refused any more, and a key that has taken nothing is not.
        #expect(budget.take(10, for: keys[0]) == nil)
        #expect(budget.take(60, for: Self.ids.next()) != nil)
        #expect(budget.take(61, for: Self.ids.next()) == nil)
    }

    @Test("is given back when the last reference to a share goes")
    func givenBack() {
        let budget = ResponseBudget(bytes: 1_000)
        let key = Self.ids.next()
        for _ in 0..<1_000 {
            let share = budget.take(400, for: key)
            #expect(share != nil)
            #expect(budget.take(400, for: key) == nil)
            withExtendedLifetime(share) {}
        }
        #expect(budget.free == 1_000)
        #expect(budget.take(1_000, for: key) != nil)
    }
}

@Suite("A list that is sent as it is read")
struct ListSenderTests {
    private struct Broken: Error {}

    private static func piece(_ documents: [String], end: ListPosition?) -> ReadList.Piece {
        ReadList.Piece(documents: documents.map { Array($0.utf8) }, end: end)
    }

    /// The body of the list whose reads `read` answers by their numbers, from 0.
    private static func body(isHead: Bool = false, _ read: @escaping @Sendable (Int64) throws -> ReadList.Piece)
        async throws
        -> String
    {
        let budget = ResponseBudget(bytes: 1_000_000)
        let key = IdentifierGenerator().next()
        let list = ReadList { position in try read(position?.value.integer ?? 0) }
        let share = try #require(budget.take(ListSender.heldBytes, for: key))
        let sender = ListSender(list, for: key, share, on: ReadingThreads())
        let first = try list.read(nil)
        let response = await withCheckedContinuation { continuation in
            let reply = DirectReply(continuation)
            sender.begin(with: first, Response(.jsonAPI, []), answering: reply, isHead: isHead)
        }
        return String(decoding: response.body, as: UTF8.self)
    }

    @Test("is one list, whatever its reads give")
    func whole() async throws {
        let body = try await Self.body { number in
            let end = number < 500 ? ListPosition(.integer(number + 1), Identifier(high: 0, low: 0)) : nil
            return Self.piece(["\(number)", "[\(number)]"], end: end)
        }
        #expect(body == "{\"data\":[" + (0...500).map { "\($0),[\($0)]" }.joined(separator: ",") + "]}")
    }

    @Test("ends well when its last read has nothing more")
    func emptyEnd() async throws {
        let body = try await Self.body { number in
            number == 0
                ? Self.piece(["1"], end: ListPosition(.integer(1), Identifier(high: 0, low: 0)))
                : Self.piece([], end: nil)
        }
        #expect(body == "{\"data\":[1]}")
    }

    @Test("is broken off when a read fails")
    func broken() async throws {
        let body = try await Self.body { number in
            guard number == 0 else { throw Broken() }
            return Self.piece(["1"], end: ListPosition(.integer(1), Identifier(high: 0, low: 0)))
        }
        #expect(body == "{\"data\":[1" + DirectReply.brokenOff)
    }

    @Test("is not read on for a HEAD")
    func head() async throws {
        let reads = Atomic<Int>(0)
        let body = try await Self.body(isHead: true) { number in
            reads.add(1, ordering: .relaxed)
            return Self.piece(["1"], end: ListPosition(.integer(1), Identifier(high: 0, low: 0)))
        }
        #expect(body.isEmpty)
        #expect(reads.load(ordering: .relaxed) == 1)
    }
}
