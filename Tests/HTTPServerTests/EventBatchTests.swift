import EngineEvents
import HTTPServer
import Testing
import Threads

@Suite("Events of many clients at once", .timeLimit(.minutes(10)))
struct EventBatchTests {
    /// A handler that keeps the network thread on `/hold` until it is released.
    private final class Hold: Sendable {
        private let monitor = Monitor()
        // Guarded by the monitor.
        private nonisolated(unsafe) var isEntered = false
        private nonisolated(unsafe) var isReleased = false

        func enter() {
            monitor.withLock {
                isEntered = true
                monitor.broadcast()
                while !isReleased { monitor.wait() }
            }
        }

        func waitUntilEntered() {
            monitor.withLock {
                while !isEntered { monitor.wait() }
            }
        }

        func release() {
            monitor.withLock {
                isReleased = true
                monitor.broadcast()
            }
        }
    }

    /// Serves about as many clients as the engine takes events at once, while its thread has no time.
    @Test("are all answered, however many there are", arguments: [-1, 0, 1, 2].map { Int(keyway_most_events()) + $0 })
    func batch(count: Int) throws {
        let hold = Hold()
        let server = try HTTPServer(
            configuration: ServerConfiguration(threads: 1),
            handler: TestHandler { request, reply in
                if request.rawPath == "/hold" { hold.enter() }
                reply.send(.echo(of: request))
            }
        )
        let holder = try server.connect()
        let clients = try (0..<count).map { _ in try server.connect() }
        for client in clients + [holder] {
            try client.send(get("/"))
            #expect(try client.answer().status == 200)
        }
        try holder.send(get("/hold"))
        hold.waitUntilEntered()
        for client in clients { try client.send(get("/")) }
        hold.release()
        #expect(try holder.answer().status == 200)
        for client in clients { #expect(try client.answer().status == 200) }
    }
}
