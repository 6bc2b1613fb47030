import NetworkTypes
import Platform
import Secrets
import Synchronization
import Testing

@testable import HTTPServer

@Suite("A body that is taken as it comes", .timeLimit(.minutes(10)))
struct BodyStreamTests {
    /// Takes long bodies as they come, and answers with what a closure says.
    private final class Taker: RequestHandler {
        private let body: @Sendable (RequestBodyStream?, Request, Reply) -> Void

        init(_ body: @escaping @Sendable (RequestBodyStream?, Request, Reply) -> Void) { self.body = body }

        func handle(_ request: Request, reply: Reply) { body(request.bodyStream, request, reply) }

        func takesBodyAsItComes(of request: Request) -> Bool { request.rawPath != "/held" }

        func refuse(_ refusal: Refusal, to _: IPAddress) -> Response {
            .text("\(refusal)", status: refusal.status)
        }
    }

    private static func server(
        _ change: (inout Limits) -> Void = { _ in },
        _ body: @escaping @Sendable (RequestBodyStream?, Request, Reply) -> Void
    ) throws -> HTTPServer {
        var limits = Limits()
        limits.bodyBytes = 1_000
        change(&limits)
        return try HTTPServer(
            configuration: ServerConfiguration(threads: 2, limits: limits),
            handler: Taker(body)
        )
    }

    /// Reads all of a body on a thread of its own, and answers with its length and what ended it.
    private static func count(_ stream: RequestBodyStream?, _ request: Request, _ reply: Reply) {
        guard let stream else { return reply.send(.text("held \(request.body.count)")) }
        onAnotherThread {
            let wakes = Mark()
            stream.whenReadable { wakes.isSet.store(true, ordering: .releasing) }
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 10_000, alignment: 1)
            defer { memory.deallocate() }
            var total = 0
            while true {
                switch stream.read(into: memory) {
                case .bytes(let count): total += count
                case .pending:
                    while !wakes.isSet.exchange(false, ordering: .acquiringAndReleasing) { usleep(200) }
                case let end: return reply.send(.text("\(stream.length ?? -1) \(total) \(end)"))
                }
            }
        }
    }

    @Test("is whole, with or without a length", arguments: [1_001, 200_000, 3_000_000])
    func whole(_ length: Int) throws {
        let server = try Self.server { Self.count($0, $1, $2) }
        let client = try server.connect()
        let body = String(repeating: "x", count: length)
        try client.send(post("/", body))
        #expect(try client.answer().body == "\(length) \(length) end")
        try client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        try client.send("\(String(length, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
        #expect(try client.answer().body == "-1 \(length) end")
    }

    @Test("is held where it is short, or where nobody takes it")
    func held() throws {
        let server = try Self.server { Self.count($0, $1, $2) }
        #expect(try server.answer(to: post("/", String(repeating: "x", count: 1_000))).body == "held 1000")
        #expect(try server.answer(to: post("/held", String(repeating: "x", count: 1_001))).status == 413)
    }

    @Test("that is longer than the limit is refused, or ends where it shows")
    func tooLong() throws {
        let server = try Self.server({ $0.streamedBodyBytes = 50_000 }) { Self.count($0, $1, $2) }
        let body = String(repeating: "x", count: 50_001)
        #expect(try server.answer(to: post("/", body)).body == "streamedBodyTooLarge")
        let client = try server.connect()
        try client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        try client.send("\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
        #expect(try client.answer().body.hasSuffix("tooLong"))
    }

    @Test("that nobody reads is taken no further than its share of memory, and the answer is there in the end")
    func unread() throws {
        let streams = Mutex<[RequestBodyStream]>([])
        let replies = Mutex<[Reply]>([])
        let server = try Self.server { stream, _, reply in
            if let stream { streams.withLock { $0.append(stream) } }
            replies.withLock { $0.append(reply) }
        }
        let client = try server.connect()
        let length = 20_000_000
        try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(length)\r\n\r\n")
        #expect(eventually { streams.withLock { $0.count == 1 } })
        let sender = Unchecked(client)
        let flag = Mark()
        onAnotherThread {
            sender.value.sendAsMuchAsPossible([UInt8](repeating: 1, count: length))
            flag.isSet.store(true, ordering: .releasing)
        }
        let stream = streams.withLock { $0[0] }
        #expect(eventually { stream.heldBytes > 100_000 })
        usleep(300_000)
        #expect(stream.heldBytes <= RequestBodyStream.share)
        #expect(!flag.isThere)
        // A response of its own says that nobody will read on: the rest is dropped.
        replies.withLock { $0[0].send(.text("no", status: 403)) }
        #expect(eventually { flag.isThere })
        #expect(try client.answer().status == 403)
    }

    @Test("is not asked for by 100 Continue where the answer is there at once")
    func refusedAtOnce() throws {
        let server = try Self.server { _, _, reply in reply.send(.text("no", status: 403)) }
        let client = try server.connect()
        try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.answer().status == 403)
    }

    @Test("breaks when its client leaves, or the server stops", arguments: [true, false])
    func broken(leaves: Bool) throws {
        let ends = Mutex<[RequestBodyStream.Reading]>([])
        let woken = Mark()
        let streams = Mutex<[RequestBodyStream]>([])
        let replies = Mutex<[Reply]>([])
        let server = try Self.server { stream, _, reply in
            guard let stream else { return }
            stream.whenReadable { woken.isSet.store(true, ordering: .releasing) }
            streams.withLock { $0.append(stream) }
            replies.withLock { $0.append(reply) }
        }
        let client = try server.connect()
        try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5000\r\n\r\nxx")
        #expect(eventually { streams.withLock { !$0.isEmpty } })
        let stream = streams.withLock { $0[0] }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
        defer { memory.deallocate() }
        while stream.read(into: memory) != .pending { usleep(1_000) }
        if leaves { client.close() } else { server.stop(gracePeriod: 0) }
        #expect(
            eventually {
                let reading = stream.read(into: memory)
                ends.withLock { $0.append(reading) }
                return reading == .broken
            }
        )
        #expect(woken.isThere)
    }

    @Test("has memory for as many as the limit of bodies allows, and 503 beyond")
    func memory() throws {
        let replies = Mutex<[Reply]>([])
        let server = try Self.server({ $0.bufferedBodyBytes = 2 * RequestBodyStream.share }) { _, _, reply in
            replies.withLock { $0.append(reply) }
        }
        let request = "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n"
        let clients = try (0..<3).map { _ in try server.connect() }
        for (index, client) in clients.enumerated() {
            try client.send(request)
            #expect(try client.answer().status == (index < 2 ? 100 : 503))
        }
        clients[0].close()
        #expect(
            eventually {
                let client = try? server.connect()
                try? client?.send(request)
                return (try? client?.answer().status) == 100
            }
        )
    }

    @Test("that comes too slowly is broken off, one that comes on is not")
    func slow() throws {
        let server = try Self.server({
            $0.requestTimeout = 1
            $0.leastPerTimeout = 1_000
        }) { Self.count($0, $1, $2) }
        let dripping = try server.connect()
        try dripping.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 50000\r\n\r\n")
        let steady = try server.connect()
        try steady.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 30000\r\n\r\n")
        for _ in 0..<30 {
            dripping.sendAsMuchAsPossible([1])
            try steady.send([UInt8](repeating: 1, count: 1_000))
            usleep(100_000)
        }
        #expect(try steady.answer().body == "30000 30000 end")
        #expect((try? dripping.isClosedByServer()) ?? true)
    }
}

private final class Mark: Sendable {
    let isSet = Atomic<Bool>(false)

    var isThere: Bool { isSet.load(ordering: .acquiring) }
}

/// Safe to share: one thread at a time uses the value, or one sends and another reads.
private struct Unchecked<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
