import DatadogClient
import Foundation
import Testing

@Suite("A body in pieces", .timeLimit(.minutes(10)))
struct BodyPiecesTests {
    /// Gives pieces when the test lets it.
    private actor Source {
        private var waiting: CheckedContinuation<Data?, Never>?

        func next() async -> Data? {
            await withCheckedContinuation { waiting = $0 }
        }

        /// Answers the one who waits, once there is one.
        func give(_ piece: Data?) async {
            while waiting == nil { await Task.yield() }
            waiting?.resume(returning: piece)
            waiting = nil
        }

        func isAsked() async {
            while waiting == nil { await Task.yield() }
        }
    }

    @Test("is read by one task at a time: another that asks meanwhile is refused, and the first goes on")
    func twoReaders() async throws {
        let source = Source()
        let pieces = BodyPieces { await source.next() }
        let first = Task { () -> [String] in
            var read: [String] = []
            for try await piece in pieces { read.append(String(decoding: piece, as: UTF8.self)) }
            return read
        }
        await source.isAsked()
        await #expect(throws: TransportError.self) {
            var second = pieces.makeAsyncIterator()
            _ = try await second.next()
        }
        await source.give(Data("one".utf8))
        await source.give(Data("two".utf8))
        await source.give(nil)
        #expect(try await first.value == ["one", "two"])
    }

    @Test("that is there already is given once")
    func whole() async throws {
        let pieces = BodyPieces(Data("all".utf8))
        var read: [Data] = []
        for try await piece in pieces { read.append(piece) }
        for try await piece in pieces { read.append(piece) }
        #expect(read == [Data("all".utf8)])
    }
}
