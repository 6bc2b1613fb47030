import Glibc
import HTTPServer
import Testing

@Suite("The framing of a response")
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
                        Response.Header(name: "X-\($0)", value: String(repeating: "a", count: 1_000))
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

    @Test("tells a client of HTTP/1.0 that a body is broken off")
    func brokenOff() throws {
        let whole = try Self.bytes("GET /stream HTTP/1.0\r\n\r\n")
        #expect(whole.hasSuffix("\r\n\r\ntext"))
        let server = try Self.server()
        let client = try server.connect()
        try client.send("GET /broken HTTP/1.0\r\n\r\n")
        #expect(throws: RawClient.Failure.self) { try client.rest() }
    }
}
