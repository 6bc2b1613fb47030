import HTTPServer
import NetworkTypes
import Platform
import Secrets
import Synchronization
import Testing
import Threads

@Suite("A request", .timeLimit(.minutes(10)))
struct AnsweringTests {
    @Test("reaches the handler as it came")
    func request() throws {
        let server = try HTTPServer(
            TestHandler { request, reply in
                var headers: [String] = []
                request.forEachHeader { headers.append("\($0.name)=\($0.value)") }
                let parts = [
                    request.method.name, request.rawPath, request.rawQuery ?? "none", request.header("x-a") ?? "none",
                    request.header("X-B") ?? "none", request.withHeader("x-a") { "\($0.count)" } ?? "none",
                    "\(request.remoteAddress)", "\(request.remoteAddress.isLoopback)",
                    headers.joined(separator: ","), String(decoding: request.body.bytes, as: UTF8.self),
                ]
                reply.send(.text(parts.joined(separator: " ")))
            }
        )
        let answer = try server.answer(to: post("/a%2Fb?c=%20", "body", "X-A: one", "x-a: two"))
        #expect(
            answer.body == "POST /a%2Fb c=%20 one none 3 127.0.0.1 true Host=test,Content-Length=4,X-A=one,x-a=two body"
        )
    }

    @Test("keeps an unknown method's name")
    func unknownMethod() throws {
        #expect(try HTTPServerFixture.shared.answer(to: "PURGE /a HTTP/1.1\r\nHost: a\r\n\r\n").body == "PURGE /a 0")
    }

    @Test("may come in any pieces, with blank lines before it and many headers in it")
    func pieces() throws {
        let client = try HTTPServerFixture.shared.connect()
        let request = post("/a?b=c", "body", "X-A: one", "X-Empty:", "X-B:\t two ")
        for split in 1..<request.utf8.count {
            try client.send(Array(request.utf8.prefix(split)))
            sched_yield()
            try client.send(Array(request.utf8.dropFirst(split)))
            #expect(try client.answer().body == "POST /a?b=c 4")
        }
        for byte in ("\r\n" + request).utf8 {
            try client.send([byte])
            usleep(100)
        }
        #expect(try client.answer().body == "POST /a?b=c 4")
        let many = (0..<150).map { "X-\($0): \(String(repeating: "v", count: $0 % 90))\r\n" }.joined()
        for chunk in [3, 1_000, 5_000, 20_000] {
            let request = Array("GET /many HTTP/1.1\r\nHost: a\r\n\(many)\r\n".utf8)
            for start in stride(from: 0, to: request.count, by: chunk) {
                try client.send(Array(request[start..<min(start + chunk, request.count)]))
            }
            #expect(try client.answer().body == "GET /many 0")
        }
    }

    @Test("follows another on the same connection")
    func keepAlive() throws {
        let client = try HTTPServerFixture.shared.connect()
        for number in 0..<5 {
            try client.send(number.isMultiple(of: 2) ? get("/\(number)") : post("/\(number)", "xy"))
            #expect(try client.answer().body == (number.isMultiple(of: 2) ? "GET /\(number) 0" : "POST /\(number) 2"))
        }
    }

    @Test("in HTTP/1.0 needs no Host and ends its connection")
    func http10() throws {
        let client = try HTTPServerFixture.shared.connect()
        try client.send("GET /a HTTP/1.0\r\n\r\n")
        #expect(try client.answer().body == "GET /a 0")
        #expect(try client.isClosedByServer())
    }

    @Test("that is pipelined is answered in its turn, whether others answer at once or later")
    func pipelining() throws {
        let server = try HTTPServer(
            TestHandler { request, reply in
                let number = Int(request.rawPath.dropFirst()) ?? 0
                if number.isMultiple(of: 3) {
                    reply.send(.echo(of: request))
                } else {
                    onAnotherThread {
                        if number.isMultiple(of: 2) { usleep(3_000) }
                        reply.send(.echo(of: request))
                    }
                }
            }
        )
        let client = try server.connect()
        try client.send((0..<60).map { $0 % 4 == 0 ? post("/\($0)", "abc") : get("/\($0)") }.joined())
        for number in 0..<60 {
            #expect(try client.answer().body == (number % 4 == 0 ? "POST /\(number) 3" : "GET /\(number) 0"))
        }
    }

    @Test("may be answered by another thread while the handler returns")
    func race() throws {
        // Threads that spin for requests, so that their responses meet the return of `handle` at every point.
        let mailbox = Mailbox()
        for _ in 0..<2 {
            onAnotherThread {
                while let (request, reply) = mailbox.take() { reply.send(.echo(of: request)) }
            }
        }
        defer { mailbox.close() }
        let server = try HTTPServer(
            TestHandler { request, reply in
                mailbox.put(request, reply)
                for _ in 0..<Int.random(in: 0..<200) { MonotonicClock.now() == 0 ? print() : () }
            }
        )
        let clients = try (0..<8).map { _ in try server.connect() }
        for round in 0..<1_000 {
            for (number, client) in clients.enumerated() { try client.send(get("/\(round)/\(number)")) }
            for (number, client) in clients.enumerated() {
                #expect(try client.answer().body == "GET /\(round)/\(number) 0")
            }
        }
    }

    @Test("is answered once, by the first answer")
    func answeredOnce() throws {
        let server = try HTTPServer(
            TestHandler { _, reply in
                reply.send(.text("first"))
                reply.send(.text("second"))
                onAnotherThread { reply.send(.text("third")) }
            }
        )
        let client = try server.connect()
        for _ in 0..<100 {
            try client.send(get("/"))
            #expect(try client.answer().body == "first")
        }
    }

    @Test("whose reply is dropped is answered 500, at once or later, and the connection goes on")
    func dropped() throws {
        let server = try HTTPServer(
            TestHandler { request, reply in
                if request.rawPath == "/later" {
                    onAnotherThread {
                        usleep(2_000); withExtendedLifetime(reply) {}
                    }
                }
            }
        )
        let client = try server.connect()
        for path in ["/", "/later", "/later", "/"] {
            try client.send(get(path))
            let answer = try client.answer()
            #expect(answer.status == 500)
            #expect(answer.body == "500 The server failed to respond.")
        }
    }

    @Test("has no headers any more once it is answered, and keeps the rest")
    func afterAnswer() throws {
        let kept = Mailbox()
        let server = try HTTPServer(
            TestHandler { request, reply in
                kept.put(request, reply)
                reply.send(.text("done"))
            }
        )
        let client = try server.connect()
        try client.send(post("/a?b", "body", "X-A: b"))
        _ = try client.answer()
        client.close()
        let (request, _) = try #require(kept.take())
        #expect(eventually { request.header("X-A") == nil })
        var count = 0
        request.forEachHeader { _ in count += 1 }
        #expect(count == 0)
        #expect(request.rawPath == "/a")
        #expect(String(decoding: request.body.bytes, as: UTF8.self) == "body")
    }

    @Test("with HEAD is answered without the body")
    func head() throws {
        let client = try HTTPServerFixture.shared.connect()
        try client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + get("/b"))
        let answer = try client.answer(toHead: true)
        #expect(answer["Content-Length"] == "9")
        #expect(try client.answer().body == "GET /b 0")
    }

    @Test("answered 204 has neither body nor Content-Type")
    func noContent() throws {
        let server = try HTTPServer(TestHandler { _, reply in reply.send(.text("dropped", status: 204)) })
        let client = try server.connect()
        for _ in 0..<2 {
            try client.send(get("/"))
            let answer = try client.answer()
            #expect(answer.status == 204)
            #expect(answer["Content-Type"] == nil)
            #expect(answer["Content-Length"] == nil)
        }
    }

    @Test("whose answer has a header that would split it is answered 500", arguments: ["a\r\nX-B: c", "a\nb"])
    func unsendableHeader(value: String) throws {
        let server = try HTTPServer(
            TestHandler { _, reply in
                reply.send(Response(status: 200, headers: [.init(name: "X-A", value: value)], body: []))
            }
        )
        #expect(try server.answer(to: get("/")).status == 500)
    }

    @Test("answered with a header without a value gets it as an empty header")
    func emptyHeader() throws {
        let server = try HTTPServer(
            TestHandler { _, reply in
                let headers = [HeaderField(name: "X-Empty", value: ""), HeaderField(name: "X-A", value: "a")]
                reply.send(Response(status: 200, headers: headers, body: Array("done".utf8)))
            }
        )
        let client = try server.connect()
        for _ in 0..<2 {
            try client.send(get("/"))
            let answer = try client.answer()
            #expect(answer.status == 200)
            #expect(answer["X-Empty"]?.allSatisfy { $0 == " " } == true)
            #expect(answer["X-A"] == "a")
            #expect(answer.body == "done")
        }
    }

    @Test(
        "has headers of any bytes, and so has its answer",
        arguments: [[0x63, 0x61, 0x66, 0xE9], [0xC3, 0xA9], [0xFF, 0x80, 0x61], [0xE2, 0x82], [0x61], []]
    )
    func bytes(value: [UInt8]) throws {
        let server = try HTTPServer(
            TestHandler { request, reply in
                var headers: [HeaderField] = []
                request.forEachHeader { if $0.name == "X-A" { headers.append($0) } }
                let isText = String(validating: value, as: UTF8.self) != nil
                #expect(headers.allSatisfy { ($0.rawValue == nil) == isText })
                headers[0].name = "X-B"
                reply.send(Response(status: 200, headers: headers, body: []))
            }
        )
        let client = try server.connect()
        try client.send(Array("GET / HTTP/1.1\r\nHost: a\r\nX-A: ".utf8) + value + Array("\r\n\r\n".utf8))
        let head = try client.headBytes()
        #expect(head.contains(Array("\r\nX-B: ".utf8) + (value.isEmpty ? [0x20] : value) + Array("\r\n".utf8)))
    }

    @Test(
        "answered with a header of bytes that no header has is answered 500",
        arguments: [0x00, 0x0A, 0x0D] as [UInt8]
    )
    func unsendableBytes(byte: UInt8) throws {
        let server = try HTTPServer(
            TestHandler { _, reply in
                let header = HeaderField(name: "X-A", bytes: [0xE9, byte, 0x61])
                reply.send(Response(status: 200, headers: [header], body: []))
            }
        )
        #expect(try server.answer(to: get("/")).status == 500)
    }

    @Test("that is chunked has its chunks put together")
    func chunked() throws {
        let server = try HTTPServer(
            TestHandler { request, reply in reply.send(.text(String(decoding: request.body.bytes, as: UTF8.self))) }
        )
        let client = try server.connect()
        for encoding in ["chunked", "Chunked"] {
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \(encoding)\r\n\r\n")
            for part in ["3\r\nabc\r\n", "5;x=y\r\nde", "fgh\r\n", "1\r\ni\r\n0\r\nX-T: t\r\n\r\n"] {
                try client.send(part)
                usleep(1_000)
            }
            #expect(try client.answer().body == "abcdefghi")
        }
    }

    @Test("of 1 MiB is whole", arguments: [true, false])
    func largeBody(isChunked: Bool) throws {
        let server = try HTTPServer(
            TestHandler { request, reply in
                let isWhole = request.body.bytes.indices.allSatisfy { request.body.bytes[$0] == UInt8($0 % 251) }
                reply.send(.text("\(isWhole) \(request.body.count)"))
            }
        )
        let body = (0..<1_048_576).map { UInt8($0 % 251) }
        let client = try server.connect()
        if isChunked {
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in stride(from: 0, to: body.count, by: 16_384) {
                try client.send(Array("4000\r\n".utf8) + body[start..<(start + 16_384)] + Array("\r\n".utf8))
            }
            try client.send("0\r\n\r\n")
        } else {
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
            try client.send(body)
        }
        #expect(try client.answer().body == "true 1048576")
    }

    @Test("with a large answer gets all of it, also when it comes from another thread")
    func largeAnswer() throws {
        let text = String(repeating: "0123456789", count: 300_000)
        let server = try HTTPServer(TestHandler { _, reply in onAnotherThread { reply.send(.text(text)) } })
        #expect(try server.answer(to: get("/")).body == text)
    }

    @Test("that is told to continue sends its body")
    func expectContinue() throws {
        let client = try HTTPServerFixture.shared.connect()
        try client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.answer().status == 100)
        try client.send("abc")
        #expect(try client.answer().body == "POST /a 3")
    }

    @Test("that is abandoned leaves the server healthy")
    func abandoned() throws {
        let handled = Atomic<Int>(0)
        let server = try HTTPServer(
            TestHandler { request, reply in
                if request.rawPath == "/slow" {
                    onAnotherThread {
                        usleep(5_000)
                        _ = request.header("Host")
                        reply.send(.echo(of: request))
                    }
                } else {
                    handled.add(1, ordering: .relaxed)
                    reply.send(.echo(of: request))
                }
            }
        )
        let beginnings = [
            "", "G", "GET / HT", "GET / HTTP/1.1\r\nHo", "GET / HTTP/1.1\r\nHost: a\r\n", get("/slow"),
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc", get("/slow") + get("/slow"),
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", get("/slow") + "GET /",
            "\0\u{1}\u{2}",
        ]
        var halfOpen: [RawClient] = []
        for _ in 0..<20 {
            for (number, beginning) in beginnings.enumerated() {
                let client = try server.connect()
                client.sendAsMuchAsPossible(Array(beginning.utf8))
                switch number % 3 {
                case 0: client.close()
                case 1: client.reset()
                default:
                    client.finishSending()
                    halfOpen.append(client)
                }
            }
        }
        for _ in 0..<20 { #expect(try server.answer(to: get("/a")).body == "GET /a 0") }
        #expect(handled.load(ordering: .relaxed) == 20)
    }
}

/// Hands requests to other threads, which spin for them.
private final class Mailbox: @unchecked Sendable {
    // Safe to share: only touched with the mutex held.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var contents: [(Request, Reply)] = []
    private var isClosed = false

    init() { pthread_mutex_init(mutex, nil) }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func put(_ request: Request, _ reply: Reply) {
        pthread_mutex_lock(mutex)
        contents.append((request, reply))
        pthread_mutex_unlock(mutex)
    }

    /// Waits for a request; nil once closed.
    func take() -> (Request, Reply)? {
        while true {
            pthread_mutex_lock(mutex)
            let next = contents.popLast()
            let isClosed = isClosed
            pthread_mutex_unlock(mutex)
            if let next { return next }
            if isClosed { return nil }
            sched_yield()
        }
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_mutex_unlock(mutex)
    }
}
