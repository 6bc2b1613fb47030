import Documents
import Testing
import Threads

@testable import KeywayServer

/// The batches that threads took, and a gate that the first waits at.
private final class Batches: @unchecked Sendable {
    // Safe to share: `monitor` guards the rest.
    private let monitor = Monitor()
    private var isOpen = false
    private var taken: [[String]] = []

    func take(_ batch: [String]) {
        monitor.withLock {
            taken.append(batch)
            monitor.broadcast()
            while !isOpen { monitor.wait() }
        }
    }

    func open() {
        monitor.withLock {
            isOpen = true
            monitor.broadcast()
        }
    }

    /// Waits until so much was taken in all, and gives it.
    func taken(_ count: Int) -> [[String]] {
        monitor.withLock {
            while taken.reduce(0, { $0 + $1.count }) < count { monitor.wait() }
            return taken
        }
    }
}

@Suite("Reads that a thread takes together")
struct FairThreadsTests {
    private let keys = (0..<3).map { Identifier(high: 0x8000, low: UInt64($0)) }

    /// Lets all wait behind one that is under way, and gives what is then taken.
    private func batches(
        together: Int,
        perKey: Int,
        _ reads: [(key: Int, name: String)]
    ) -> [[String]] {
        let batches = Batches()
        let threads = FairThreads<String>(limits: .init(threads: 1, threadsPerKey: perKey, together: together)) {
            batches.take($0)
        }
        threads.take("gate", for: keys[0]) { Issue.record("the first read is refused") }
        _ = batches.taken(1)
        for read in reads {
            threads.take(read.name, for: keys[read.key]) { Issue.record("\(read.name) is refused") }
        }
        batches.open()
        return Array(batches.taken(1 + reads.count).dropFirst())
    }

    @Test("are all that wait, up to a number, of all keys by turns")
    func turns() {
        let reads = [(0, "a1"), (0, "a2"), (0, "a3"), (0, "a4"), (1, "b1"), (2, "c1"), (1, "b2")]
        let expected = [["a1", "b1", "c1", "a2"], ["b2", "a3", "a4"]]
        #expect(batches(together: 4, perKey: 8, reads.map { (key: $0.0, name: $0.1) }) == expected)
    }

    @Test("are no more of one key than may be under way for it")
    func limitOfAKey() {
        let reads = [(0, "a1"), (0, "a2"), (0, "a3"), (1, "b1")]
        let expected = [["a1", "b1", "a2"], ["a3"]]
        #expect(batches(together: 8, perKey: 2, reads.map { (key: $0.0, name: $0.1) }) == expected)
    }
}
