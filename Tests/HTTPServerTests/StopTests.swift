import HTTPServer
import Platform
import Synchronization
import Testing
import Threads

@Suite("Stopping", .timeLimit(.minutes(10)))
struct StopTests {
    @Test("does not wait for connections without a request, and is done once")
    func idleConnections() throws {
        let server = try HTTPServer()
        let fresh = try server.connect()
        let used = try server.connect()
        try used.send(get("/"))
        #expect(try used.answer().status == 200)
        // Would outlast the test's deadline if it waited.
        server.stop(gracePeriod: 3_600)
        server.stop(gracePeriod: 3_600)
        #expect(try fresh.isClosedByServer())
        #expect(try used.isClosedByServer())
        #expect(throws: RawClient.Failure.self) { try server.connect() }
    }

    @Test("waits for requests in flight, and closes their connections after the answer")
    func inFlight() throws {
        let arrived = Atomic<Int>(0)
        let mayAnswer = Atomic<Bool>(false)
        let server = try HTTPServer(
            TestHandler { request, reply in
                arrived.add(1, ordering: .relaxed)
                onAnotherThread {
                    while !mayAnswer.load(ordering: .acquiring) { usleep(1_000) }
                    reply.send(.echo(of: request))
                }
            }
        )
        let clients = try (0..<5).map { _ in try server.connect() }
        for client in clients { try client.send(get("/a")) }
        #expect(eventually { arrived.load(ordering: .relaxed) == 5 })
        let hasStopped = Flag()
        onAnotherThread {
            server.stop(gracePeriod: 3_600)
            hasStopped.raise()
        }
        // It listens no more, yet waits.
        #expect(eventually { (try? server.connect()) == nil })
        #expect(!hasStopped.isRaised)
        mayAnswer.store(true, ordering: .releasing)
        for client in clients {
            let answer = try client.answer()
            #expect(answer.body == "GET /a 0")
            #expect(answer["Connection"]?.lowercased() == "close")
            #expect(try client.isClosedByServer())
        }
        #expect(eventually { hasStopped.isRaised })
    }

    @Test("does not wait long for a request that is never sent to its end")
    func halfSent() throws {
        let server = try HTTPServer()
        let client = try server.connect()
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        // Would outlast the test's deadline if it waited.
        server.stop(gracePeriod: 3_600)
        #expect(try client.isClosedByServer())
    }

    @Test("answers 503 to requests that outlast the grace period, and later answers are ignored")
    func suspended() throws {
        let arrived = Atomic<Int>(0)
        let mayAnswer = Atomic<Bool>(false)
        let answered = Atomic<Int>(0)
        let server = try HTTPServer(
            TestHandler { request, reply in
                arrived.add(1, ordering: .relaxed)
                onAnotherThread {
                    while !mayAnswer.load(ordering: .acquiring) { usleep(1_000) }
                    _ = request.header("Host")
                    reply.send(.echo(of: request))
                    answered.add(1, ordering: .relaxed)
                }
            }
        )
        let clients = try (0..<5).map { _ in try server.connect() }
        for client in clients { try client.send(get("/a")) }
        let halfSent = try server.connect()
        try halfSent.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        #expect(eventually { arrived.load(ordering: .relaxed) == 5 })
        server.stop(gracePeriod: 0.01)
        for client in clients {
            #expect(try client.answer().body == "503 The server is stopping; try again later.")
            #expect(try client.isClosedByServer())
        }
        #expect(try halfSent.isClosedByServer())
        mayAnswer.store(true, ordering: .releasing)
        #expect(eventually { answered.load(ordering: .relaxed) == 5 })
    }

    @Test("meets answers from other threads at any moment without harm", arguments: 0..<40)
    func race(round: Int) throws {
        let open = Atomic<Int>(0)
        let server = try HTTPServer(
            TestHandler { request, reply in
                open.add(1, ordering: .relaxed)
                onAnotherThread {
                    usleep(UInt32.random(in: 0..<3_000))
                    _ = request.header("Host")
                    reply.send(.echo(of: request))
                    open.subtract(1, ordering: .relaxed)
                }
            }
        )
        let clients = try (0..<16).map { _ in try server.connect() }
        for client in clients { try client.send(get("/a") + get("/b") + get("/c")) }
        usleep(UInt32.random(in: 0..<3_000))
        server.stop(gracePeriod: round.isMultiple(of: 2) ? 0 : 0.002)
        #expect(eventually { open.load(ordering: .relaxed) == 0 })
    }

    @Test("happens by itself when the server is let go, even with requests suspended")
    func released() throws {
        let mailbox = KeptReplies()
        var server: HTTPServer? = try HTTPServer(TestHandler { _, reply in mailbox.keep(reply) })
        let client = try RawClient(port: #require(server).boundPort)
        try client.send(get("/"))
        #expect(eventually { mailbox.count == 1 })
        server = nil
        #expect(try client.answer().status == 503)
        mailbox.clear()
    }

    @Test("under load, again and again, ends in order, and loses no response that was begun")
    func again() throws {
        let rounds = ProcessInfo.isLong ? 5_000 : 150
        for _ in 0..<rounds {
            let handled = Atomic<Int>(0)
            let server = try HTTPServer(
                TestHandler { request, reply in
                    handled.add(1, ordering: .relaxed)
                    reply.send(.echo(of: request))
                }
            )
            let answered = Atomic<Int>(0)
            let ends = Texts()
            let port = server.boundPort
            for _ in 0..<3 {
                onAnotherThread {
                    var end: String?
                    while end == nil {
                        do {
                            let client = try RawClient(port: port)
                            try client.send(get("/"))
                            let answer = try client.answer()
                            if answer.status == 200 { answered.add(1, ordering: .relaxed) } else { end = "\(answer)" }
                        } catch {
                            end = "\(error)"
                        }
                    }
                    ends.append(end ?? "")
                }
            }
            #expect(eventually { answered.load(ordering: .relaxed) > 2 })
            server.stop(gracePeriod: 10)
            #expect(eventually { ends.all.count == 3 })
            let heard = ends.all.joined(separator: "; ")
            #expect(handled.load(ordering: .relaxed) == answered.load(ordering: .relaxed), "\(heard)")
        }
    }
}

/// Texts that threads bring together.
private final class Texts: @unchecked Sendable {
    // Safe to share: the list is touched with the lock held alone.
    private let lock = Lock()
    private var texts: [String] = []

    var all: [String] { lock { texts } }

    func append(_ text: String) { lock { texts.append(text) } }
}

final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}

private final class KeptReplies: @unchecked Sendable {
    // Safe to share: only touched with the mutex held.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var replies: [Reply] = []

    init() { pthread_mutex_init(mutex, nil) }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    func keep(_ reply: Reply) { locked { replies.append(reply) } }
    func clear() { locked { replies = [] } }
    var count: Int { locked { replies.count } }
}

/// The environment, as far as tests are told by it.
private enum ProcessInfo {
    /// Whether there is time for all rounds.
    static var isLong: Bool { getenv("KEYWAY_LONG") != nil }
}
