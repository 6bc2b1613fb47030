import Documents
import Synchronization
import Testing
import Threads

@testable import KeywayServer

/// A record of what was run and refused, and a gate that reads wait at.
private final class Scene: @unchecked Sendable {
    // Safe to share: `monitor` guards the rest.
    private let monitor = Monitor()
    private var isOpen = false
    private var begun: [String] = []
    private var refused: [String] = []

    func ask(_ threads: ReadingThreads, for key: Identifier, _ name: String, waits: Bool = false) {
        threads.run(for: key) {
            self.monitor.withLock {
                self.begun.append(name)
                self.monitor.broadcast()
                while waits && !self.isOpen { self.monitor.wait() }
            }
        } refused: {
            self.monitor.withLock { self.refused.append(name) }
        }
    }

    /// A read that goes on so many times.
    func askInSlices(_ threads: ReadingThreads, for key: Identifier, _ name: String, slices: Int) {
        @Sendable func slice(_ number: Int) {
            self.monitor.withLock {
                self.begun.append("\(name).\(number)")
                self.monitor.broadcast()
                while !self.isOpen { self.monitor.wait() }
            }
            if number < slices { threads.goOn(for: key) { slice(number + 1) } }
        }
        threads.run(for: key) {
            slice(1)
        } refused: {
            self.monitor.withLock { self.refused.append(name) }
        }
    }

    func open() {
        monitor.withLock {
            isOpen = true
            monitor.broadcast()
        }
    }

    /// Waits until so many reads have begun, and gives their names in order.
    func begun(_ count: Int) -> [String] {
        monitor.withLock {
            while begun.count < count { monitor.wait() }
            return begun
        }
    }

    var refusals: [String] { monitor.withLock { refused } }
}

@Suite("Reads that take long")
struct ReadingThreadsTests {
    private let keys = (0..<4).map { Identifier(high: 0x8000, low: UInt64($0)) }

    @Test("of many keys take turns, whoever came first with many")
    func turns() {
        let threads = ReadingThreads(limits: .init(threads: 1, threadsPerKey: 1))
        let scene = Scene()
        scene.ask(threads, for: keys[3], "gate", waits: true)
        _ = scene.begun(1)
        for name in ["a1", "a2", "a3"] { scene.ask(threads, for: keys[0], name) }
        for name in ["b1", "b2"] { scene.ask(threads, for: keys[1], name) }
        scene.ask(threads, for: keys[2], "c1")
        scene.open()
        #expect(scene.begun(7) == ["gate", "a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(scene.refusals.isEmpty)
    }

    @Test("of one key leave a thread for the others")
    func oneKeyHasNotAllThreads() {
        let threads = ReadingThreads(limits: .init(threads: 2, threadsPerKey: 1))
        let scene = Scene()
        scene.ask(threads, for: keys[0], "a1", waits: true)
        scene.ask(threads, for: keys[0], "a2", waits: true)
        scene.ask(threads, for: keys[1], "b1")
        // The second of the first key waits for its first, though a thread is free.
        #expect(Set(scene.begun(2)) == ["a1", "b1"])
        scene.open()
        #expect(scene.begun(3).last == "a2")
    }

    @Test("are refused beyond the line of their key, and others are not")
    func refusal() {
        let threads = ReadingThreads(limits: .init(threads: 1, threadsPerKey: 1, waitingPerKey: 2))
        let scene = Scene()
        scene.ask(threads, for: keys[0], "a1", waits: true)
        _ = scene.begun(1)
        for name in ["a2", "a3", "a4"] { scene.ask(threads, for: keys[0], name) }
        #expect(scene.refusals == ["a4"])
        scene.ask(threads, for: keys[1], "b1")
        scene.open()
        #expect(scene.begun(4) == ["a1", "a2", "b1", "a3"])
        #expect(scene.refusals == ["a4"])
    }

    @Test("go on behind those that wait, and are not refused once they have begun")
    func slices() {
        let threads = ReadingThreads(limits: .init(threads: 1, threadsPerKey: 1, waiting: 3, waitingPerKey: 3))
        let scene = Scene()
        scene.askInSlices(threads, for: keys[0], "a", slices: 4)
        _ = scene.begun(1)
        for name in ["a1", "a2"] { scene.ask(threads, for: keys[0], name) }
        scene.ask(threads, for: keys[1], "b1")
        scene.open()
        #expect(scene.begun(7) == ["a.1", "a1", "b1", "a2", "a.2", "a.3", "a.4"])
        #expect(scene.refusals.isEmpty)
    }

    @Test("make room for a key with few, at the expense of the one with most")
    func fullHouse() {
        let threads = ReadingThreads(limits: .init(threads: 1, threadsPerKey: 1, waiting: 3))
        let scene = Scene()
        scene.ask(threads, for: keys[0], "a1", waits: true)
        _ = scene.begun(1)
        for name in ["a2", "a3", "a4"] { scene.ask(threads, for: keys[0], name) }
        scene.ask(threads, for: keys[1], "b1")
        #expect(scene.refusals == ["a4"])
        scene.ask(threads, for: keys[0], "a5")
        #expect(scene.refusals == ["a4", "a5"])
        scene.open()
        #expect(scene.begun(4) == ["a1", "a2", "b1", "a3"])
    }

    @Test("run at once where threads are free, however many came before")
    func manyReads() {
        let threads = ReadingThreads()
        let scene = Scene()
        for round in 1...50 {
            for key in keys { scene.ask(threads, for: key, "\(round)") }
            _ = scene.begun(round * keys.count)
        }
        #expect(scene.refusals.isEmpty)
    }
}
