import Testing
import Threads

@Suite("Tasks that may wait")
struct WaitingExecutorTests {
    @Test("run on threads of their own, all of them, also after they were suspended", arguments: [1, 2, 8])
    func many(_ limit: Int) async {
        let executor = WaitingExecutor(limit: limit)
        let places = await withTaskGroup(of: [Bool].self) { group in
            for _ in 0..<2_000 {
                group.addTask(executorPreference: executor) {
                    let before = DetachedThread.isCurrent
                    await Task.yield()
                    return [before, DetachedThread.isCurrent]
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(places.count == 4_000)
        #expect(places.allSatisfy { $0 })
        #expect(!DetachedThread.isCurrent)
    }

    @Test("hold up no other task while they wait")
    func waiting() async {
        let gate = Gate()
        let executor = WaitingExecutor(limit: 4)
        let waiting = (0..<4).map { _ in Task(executorPreference: executor) { gate.wait() } }
        // Behind those that wait, and still served.
        let last = Task(executorPreference: executor) { DetachedThread.isCurrent }
        // More than Swift has threads.
        for _ in 0..<100 { await Task { gate.arrive() }.value }
        for task in waiting { #expect(await task.value == 100) }
        #expect(await last.value)
    }
}

/// Holds threads back until a hundred have arrived.
///
/// Safe to share: `monitor` guards what varies.
private final class Gate: @unchecked Sendable {
    private let monitor = Monitor()
    private var arrived = 0

    func arrive() {
        monitor.withLock {
            arrived += 1
            monitor.broadcast()
        }
    }

    func wait() -> Int {
        monitor.withLock {
            while arrived < 100 { monitor.wait() }
            return arrived
        }
    }
}
