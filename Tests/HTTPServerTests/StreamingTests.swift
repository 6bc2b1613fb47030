import Platform
import Synchronization
import Testing

@testable import HTTPServer

@Suite("A body that is sent as it comes", .timeLimit(.minutes(10)))
struct StreamingTests {
    /// Counts what it is told.
    private final class Owner: BodyStreamOwner {
        let rooms = Atomic<Int>(0)
        let ends = Atomic<Int>(0)

        func streamHasRoom() { rooms.add(1, ordering: .relaxed) }
        func streamClosed() { ends.add(1, ordering: .relaxed) }

        var isClosed: Bool { ends.load(ordering: .relaxed) == 1 }
    }

    /// Hands each request's stream to a thread of its own.
    private static func server(
        length: Int? = nil,
        owner: Owner = Owner(),
        _ body: @escaping @Sendable (BodyStream) -> Void
    ) throws -> HTTPServer {
        try HTTPServer(
            TestHandler { _, reply in
                onAnotherThread {
                    body(reply.stream(.text(""), length: length, owner: owner))
                }
            }
        )
    }

    @Test("goes out in chunks, each when it is written, and the connection is kept")
    func chunks() throws {
        let mayGoOn = Atomic<Bool>(false)
        let owner = Owner()
        let server = try Self.server(owner: owner) { stream in
            #expect(stream.write(Array("one ".utf8)))
            while !mayGoOn.load(ordering: .acquiring) { usleep(500) }
            for word in ["two ", "", "three"] { #expect(stream.write(Array(word.utf8))) }
            stream.finish()
        }
        let client = try server.connect()
        for round in 1...3 {
            mayGoOn.store(false, ordering: .relaxed)
            try client.send(get("/"))
            #expect(try client.head().contains("Transfer-Encoding: chunked"))
            #expect(try client.next(9) == "4\r\none \r\n")
            mayGoOn.store(true, ordering: .releasing)
            #expect(try client.chunkedBody() == "two three")
            #expect(eventually { owner.ends.load(ordering: .relaxed) == round })
        }
    }

    @Test("lets go of its owner when it is over, though the owner holds it", arguments: [true, false])
    func release(isWhole: Bool) throws {
        /// Holds the stream that it owns.
        final class Holder: BodyStreamOwner, @unchecked Sendable {
            // Safe to share: set once, before the stream ends.
            var stream: BodyStream?
            func streamHasRoom() {}
            func streamClosed() {}
        }
        /// Safe to share: written by one thread, and read when that is known to have come to its end.
        final class Witness: @unchecked Sendable {
            weak var owner: Holder?
            let hasAnswered = Atomic<Bool>(false)
        }
        let witness = Witness()
        let server = try HTTPServer(
            TestHandler { _, reply in
                onAnotherThread {
                    let owner = Holder()
                    let stream: BodyStream = reply.stream(.text(""), owner: owner)
                    owner.stream = stream
                    witness.owner = owner
                    _ = stream.write(Array("some".utf8))
                    if isWhole { stream.finish() } else { stream.abort() }
                    witness.hasAnswered.store(true, ordering: .releasing)
                }
            }
        )
        let client = try server.connect()
        try client.send(get("/"))
        #expect(eventually { witness.hasAnswered.load(ordering: .acquiring) && witness.owner == nil })
    }

    @Test("of a known length is sent with it", arguments: [0, 1, 100_000])
    func knownLength(_ length: Int) throws {
        let server = try Self.server(length: length) { stream in
            for _ in 0..<length { _ = stream.write([65]) }
            stream.finish()
        }
        let client = try server.connect()
        for _ in 0..<2 {
            try client.send(get("/"))
            let answer = try client.answer()
            #expect(answer["Content-Length"] == "\(length)")
            #expect(answer.body == String(repeating: "A", count: length))
        }
        try client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer(toHead: true)["Content-Length"] == "\(length)")
    }

    @Test("comes whole, however large and however slowly it is read")
    func large() throws {
        let owner = Owner()
        let server = try Self.server(owner: owner) { stream in
            for piece in 0..<200 {
                let rooms = owner.rooms.load(ordering: .acquiring)
                guard !stream.write([UInt8](repeating: UInt8(65 + piece % 26), count: 50_000)) else { continue }
                while owner.rooms.load(ordering: .acquiring) == rooms, !stream.isClosed { usleep(100) }
            }
            stream.finish()
        }
        let client = try server.connect()
        try client.send(get("/"))
        usleep(50_000)
        let body = try client.answer().body
        #expect(body.utf8.count == 10_000_000)
        var isInOrder = true
        for (index, byte) in body.utf8.enumerated() where byte != UInt8(65 + index / 50_000 % 26) { isInOrder = false }
        #expect(isInOrder)
        #expect(owner.rooms.load(ordering: .relaxed) > 0)
    }

    /// Writes on in the moment there is room, so that the stream is never read to its end.
    private final class KeepingAhead: BodyStreamOwner {
        private struct State {
            var stream: BodyStream?
            var left = 400
            var mostHeld = 0
        }

        private let state = Mutex(State())

        var mostHeld: Int { state.withLock { $0.mostHeld } }

        func begin(_ stream: BodyStream) {
            state.withLock { $0.stream = stream }
            streamHasRoom()
        }

        func streamHasRoom() {
            state.withLock { state in
                guard let stream = state.stream else { return }
                while state.left > 0 {
                    state.left -= 1
                    let hasRoom = stream.write([UInt8](repeating: 65, count: 20_000))
                    state.mostHeld = max(state.mostHeld, stream.state.heldBytes)
                    if !hasRoom { return }
                }
                stream.finish()
                state.stream = nil
            }
        }

        func streamClosed() {}
    }

    @Test("holds no more than it must, however long it is and however far its writer keeps ahead")
    func heldMemory() throws {
        let owner = KeepingAhead()
        let server = try HTTPServer(
            TestHandler { _, reply in
                onAnotherThread { owner.begin(reply.stream(.text(""), owner: owner)) }
            }
        )
        #expect(try server.answer(to: get("/")).body.utf8.count == 8_000_000)
        #expect(owner.mostHeld < 400_000)
    }

    @Test("that is aborted, or dropped without an end, breaks the connection", arguments: [true, false])
    func broken(byAbort: Bool) throws {
        let owner = Owner()
        let server = try Self.server(owner: owner) { stream in
            _ = stream.write(Array("part".utf8))
            usleep(20_000)
            if byAbort { stream.abort() }
        }
        let client = try server.connect()
        try client.send(get("/"))
        #expect(throws: RawClient.Failure.self) { try client.answer() }
        #expect(eventually { owner.isClosed })
    }

    @Test("that ends short of its length breaks the connection")
    func tooShort() throws {
        let server = try Self.server(length: 10) { stream in
            _ = stream.write(Array("part".utf8))
            stream.finish()
        }
        let client = try server.connect()
        try client.send(get("/"))
        #expect(throws: RawClient.Failure.self) { try client.answer() }
    }

    @Test("learns that its client has gone")
    func clientGone() throws {
        let owner = Owner()
        let server = try Self.server(owner: owner) { stream in
            while !stream.isClosed {
                _ = stream.write([UInt8](repeating: 65, count: 1_000))
                usleep(1_000)
            }
        }
        let client = try server.connect()
        try client.send(get("/"))
        usleep(20_000)
        client.reset()
        #expect(eventually { owner.isClosed })
        withExtendedLifetime(server) {}
    }

    @Test("is broken off by the end of the server, once the grace period is over")
    func stopping() throws {
        let owner = Owner()
        let hasStarted = Atomic<Bool>(false)
        let server = try Self.server(owner: owner) { stream in
            _ = stream.write(Array("part".utf8))
            hasStarted.store(true, ordering: .releasing)
            while !stream.isClosed { usleep(1_000) }
        }
        let client = try server.connect()
        try client.send(get("/"))
        #expect(eventually { hasStarted.load(ordering: .acquiring) })
        server.stop(gracePeriod: 0.05)
        #expect(throws: RawClient.Failure.self) { try client.answer() }
        #expect(eventually { owner.isClosed })
    }

    @Test("after another answer is closed at once")
    func secondAnswer() throws {
        let owner = Owner()
        let server = try HTTPServer(
            TestHandler { _, reply in
                reply.send(.text("first"))
                let stream = reply.stream(.text(""), owner: owner)
                #expect(stream.isClosed)
                #expect(stream.write([65]))
                stream.finish()
            }
        )
        #expect(try server.answer(to: get("/")).body == "first")
        #expect(owner.isClosed)
    }
}
