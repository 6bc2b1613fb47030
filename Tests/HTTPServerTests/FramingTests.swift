import HTTPServer
import NetworkTypes
import Platform
import Testing

@Suite("The framing of a response", .timeLimit(.minutes(10)))
struct FramingTests {
    private final class Nobody: BodyStreamOwner {
        func streamHasRoom() {}
        func streamClosed() {}
    }

    /// Streams `text` for /stream, and breaks it off for /broken.
    private static func server() throws -> HTTPServer {
        try HTTPServer(
            TestHandler { request, reply in
                switch request.rawPath {
                case "/304": reply.send(Response(status: 304, headers: [.init(name: "ETag", value: "\"a\"")]))
                case "/304-of-7":
                    reply.send(Response(status: 304, headers: [.init(name: "content-length", value: "7")]))
                case "/empty": reply.send(Response(status: 200, headers: [.init(name: "X-Next-Page", value: "")]))
                case "/large":
                    let headers = (0..<60).map {
                        HeaderField(name: "X-\($0)", value: String(repeating: "a", count: 1_000))
                    }
                    reply.send(Response(status: 200, headers: headers, body: Array("ok".utf8)))
                default:
                    onAnotherThread {
                        let stream = reply.stream(Response(status: 200), owner: Nobody())
                        _ = stream.write(Array("text".utf8))
                        if request.rawPath == "/broken" { stream.abort() } else { stream.finish() }
                    }
                }
            }
        )
    }

    /// All bytes of the response to a request, on a connection of its own.
    private static func bytes(_ request: String) throws -> String {
        let server = try server()
        let client = try server.connect()
        try client.send(request)
        return try client.rest()
    }

    @Test("to HEAD, of unknown length, has neither chunks nor a length")
    func head() throws {
        let text = try Self.bytes("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 200"))
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(!text.contains("Transfer-Encoding") && !text.contains("Content-Length"))
    }

    @Test("of a 304 states no length of its own")
    func unmodified() throws {
        let text = try Self.bytes(get("/304"))
        #expect(text.hasPrefix("HTTP/1.1 304"))
        #expect(text.contains("ETag: \"a\"") && text.hasSuffix("\r\n\r\n"))
        #expect(!text.contains("Content-Length") && !text.contains("Transfer-Encoding"))
    }

    @Test("of a 304 states the length that it is given, once, and the connection goes on")
    func unmodifiedOfKnownLength() throws {
        let server = try Self.server()
        let client = try server.connect()
        for _ in 0..<2 {
            try client.send(get("/304-of-7"))
            let answer = try client.answer(toHead: true)
            #expect(answer.status == 304)
            #expect(answer.headers.filter { $0.name.lowercased() == "content-length" }.map(\.value) == ["7"])
        }
    }

    @Test("has headers without a value")
    func emptyHeader() throws {
        let answer = try Self.server().answer(to: get("/empty"))
        #expect(answer.status == 200)
        #expect(answer["X-Next-Page"]?.allSatisfy { $0 == " " } == true)
    }

    @Test("leaves out the headers for which there is no room, and says so", arguments: [0, 14_000])
    func largeHead(_ pad: Int) throws {
        let answer = try Self.server().answer(to: get("/large", "X-Pad: \(String(repeating: "p", count: pad))"))
        #expect(answer.status == 200)
        #expect(answer.body == "ok")
        let kept = answer.headers.count { $0.name.hasPrefix("X-") }
        #expect(answer["Keyway-Omitted-Headers"] == "\(60 - kept)")
        #expect(kept > 0)
    }

    @Test(
        "is sent however large its head is, without the largest headers if it must be",
        arguments: [0, 1, 7_000, 13_000, 15_500]
    )
    func largeHead(requestBytes: Int) throws {
        let server = try HTTPServer(
            TestHandler { request, reply in
                let parts = request.rawPath.split(separator: "/").compactMap { Int($0) }
                var headers = (0..<parts[0]).map {
                    HeaderField(name: "X-\($0)", value: String(repeating: "v", count: parts[1] + $0 % 7))
                }
                headers.append(HeaderField(name: "X-Small", value: "small"))
                reply.send(Response(status: 201, headers: headers, body: Array("done".utf8)))
            }
        )
        let pads = [
            "X-Pad: \(String(repeating: "p", count: requestBytes))",
            // Each takes more memory of the engine's than its bytes.
            (0..<requestBytes / 100).map { "P\($0): \(String(repeating: "p", count: 90))" }.joined(separator: "\r\n"),
        ].filter { !$0.isEmpty }
        for pad in pads {
            let sizes = Array(stride(from: 4, through: 34, by: 3))
            for (count, size) in [(0, 0), (3, 1_000), (40, 1_000), (60, 1_000), (1, 40_000), (2_000, 10)]
                + sizes.map({ (1, $0 * 1_000) }) + sizes.map({ ($0, 995) })
            {
                let client = try server.connect()
                // With and without requests that follow, which take memory too.
                for others in [0, 400] {
                    try client.send(get("/\(count)/\(size)", pad) + String(repeating: get("/0/0"), count: others))
                    let answer = try client.answer()
                    #expect(answer.status == 201)
                    #expect(answer["X-Small"] == "small")
                    #expect(answer.body == "done")
                    let left = answer.headers.count { $0.name.hasPrefix("X-") } - 1
                    #expect(answer["Keyway-Omitted-Headers"] == (left == count ? nil : "\(count - left)"))
                    if count * size < 3_000 { #expect(left == count) }
                    for _ in 0..<others { #expect(try client.answer().status == 201) }
                }
            }
        }
    }

    @Test("tells a client of HTTP/1.0 that a body is broken off")
    func brokenOff() throws {
        let whole = try Self.bytes("GET /stream HTTP/1.0\r\n\r\n")
        #expect(whole.hasSuffix("\r\n\r\ntext"))
        let server = try Self.server()
        let client = try server.connect()
        try client.send("GET /broken HTTP/1.0\r\n\r\n")
        #expect(throws: RawClient.Failure.self) { try client.rest() }
    }

    @Test("tells a client of HTTP/1.0 as well that the server or its patience ended first", arguments: [true, false])
    func cutShort(byStop: Bool) throws {
        var limits = Limits()
        limits.idleTimeout = 1
        let hasStarted = Flag()
        let server = try HTTPServer(
            limits: limits,
            TestHandler { _, reply in
                onAnotherThread {
                    let stream = reply.stream(Response(status: 200), owner: Nobody())
                    // More than the sockets hold.
                    for _ in 0..<(byStop ? 1 : 1_000) { _ = stream.write([UInt8](repeating: 65, count: 16_384)) }
                    hasStarted.raise()
                    while !stream.isClosed { usleep(1_000) }
                }
            }
        )
        let client = try server.connect()
        try client.send("GET / HTTP/1.0\r\n\r\n")
        #expect(eventually { hasStarted.isRaised })
        if byStop { server.stop(gracePeriod: 0.05) } else { sleep(3) }
        #expect(throws: RawClient.Failure.self) { try client.rest() }
    }
}
