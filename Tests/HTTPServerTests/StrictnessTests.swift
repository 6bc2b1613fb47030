import HTTPServer
import Testing

@Suite("A request that could be read in two ways", .timeLimit(.minutes(10)))
struct StrictnessTests {
    private func refusal(of request: String) throws -> String {
        let client = try HTTPServerFixture.shared.connect()
        try client.send(request)
        let answer = try client.answer()
        #expect(answer["Connection"]?.lowercased() == "close")
        return answer.body
    }

    private static func lines(_ lines: String...) -> String { lines.joined(separator: "\r\n") + "\r\n\r\n" }

    @Test(
        "is refused for its headers",
        arguments: [
            (Self.lines("GET / HTTP/1.1"), Refusal.missingHost),
            (Self.lines("GET / HTTP/1.1", "Host: a", "Host: a"), .repeatedHost),
            (Self.lines("GET / HTTP/1.1", "Host: a", "host: b"), .repeatedHost),
            (
                Self.lines("POST / HTTP/1.1", "Host: a", "Content-Length: 3", "Transfer-Encoding: chunked"),
                .contentLengthWithTransferEncoding
            ),
            (
                Self.lines("POST / HTTP/1.1", "Host: a", "Content-Length: 3", "Content-Length: 4"),
                .repeatedContentLength
            ),
            (
                Self.lines("POST / HTTP/1.1", "Host: a", "Content-Length: 3", "Content-Length: 3"),
                .repeatedContentLength
            ),
            (Self.lines("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: gzip, chunked"), .unknownTransferEncoding),
            (Self.lines("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: identity"), .unknownTransferEncoding),
            (Self.lines("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: xchunked"), .unknownTransferEncoding),
            (
                Self.lines("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
                .unknownTransferEncoding
            ),
            (Self.lines("POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked"), .unknownTransferEncoding),
            (Self.lines("GET / HTTP/1.1", "Host: a", ": value"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A\u{1}: value"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\u{1}lue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\u{7f}lue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\rlue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\rB: lue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\nB: lue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\0lue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\0\0B\0lue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: va\0\0B: lue"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: folded", " value"), .malformedHeaders),
            (Self.lines("GET / HTTP/1.1", "Host: a", "A: folded", "\tvalue", "B: c"), .malformedHeaders),
            (Self.lines("GE(T / HTTP/1.1", "Host: a"), .malformedMethod),
        ]
    )
    func headers(request: String, expected: Refusal) throws {
        #expect(try refusal(of: request) == "400 \(expected.detail)")
    }

    @Test("is refused for a header that stands twice and may stand once")
    func singleHeaders() throws {
        var configuration = ServerConfiguration(threads: 1)
        configuration.singleHeaders = ["X-Key", "X-Other-Key"]
        let server = try HTTPServer(configuration: configuration, handler: TestHandler.echo)
        let once = Self.lines("GET / HTTP/1.1", "Host: a", "X-Key: 1", "X-Other-Key: 1", "X-Else: 1", "X-Else: 1")
        #expect(try server.answer(to: once).status == 200)
        let twice = Self.lines("GET / HTTP/1.1", "Host: a", "X-Key: 1", "x-key: 1")
        #expect(try server.answer(to: twice).body == "400 \(Refusal.repeatedHeader.detail)")
    }

    @Test(
        "is refused for its target",
        arguments: [
            ("/%00", Refusal.malformedPath), ("/a%0ab", .malformedPath), ("/a%1Fb", .malformedPath),
            ("/a%7fb", .malformedPath), ("/%", .malformedPath), ("/%2", .malformedPath), ("/%zz", .malformedPath),
            ("/a%2?b=1", .malformedPath),
            ("/.", .dotSegments), ("/..", .dotSegments), ("/a/../b", .dotSegments), ("/a/./b", .dotSegments),
            ("/a/..?b", .dotSegments), ("/%2e", .dotSegments), ("/a/%2E%2e/b", .dotSegments),
            ("/a/.%2e/b", .dotSegments), ("/a%2f..%2fb", .dotSegments), ("/a%5c..%5cb", .dotSegments),
            ("/a\\..\\b", .dotSegments),
            ("*", .malformedTarget), ("http://test/", .malformedTarget), ("a", .malformedTarget),
            ("?a", .malformedTarget), ("/a#b", .malformedTarget), ("/a\u{1}b", .malformedTarget),
            ("/a\u{7f}b", .malformedTarget), ("/é", .malformedTarget), ("/a?é", .malformedTarget),
            ("/a?b\u{1}", .malformedTarget), ("/a b", .malformedTarget), ("/a\tb", .malformedTarget),
        ]
    )
    func target(_ target: String, expected: Refusal) throws {
        #expect(try refusal(of: get(target)) == "400 \(expected.detail)")
    }

    @Test(
        "is refused by the engine itself for blanks before a colon or a Content-Length that is no number",
        arguments: [
            "A : b", "Content-Length: -1", "Content-Length: +1", "Content-Length: 1, 1", "Content-Length: x", "A b: c",
            "A\0B: c",
        ]
    )
    func engine(header: String) throws {
        #expect(try HTTPServerFixture.shared.answer(to: get("/", header)).status == 400)
    }

    @Test("is refused when its version is unknown", arguments: ["", " ", " HTTP/2.0", " http/1.1", " X"])
    func version(version: String) throws {
        let status = try HTTPServerFixture.shared.answer(to: "GET /\(version)\r\nHost: a\r\n\r\n").status
        #expect(status == 400 || status == 505)
    }

    @Test("is not handed over cut at a NUL in its target")
    func nulInTarget() throws {
        let client = try HTTPServerFixture.shared.connect()
        try client.send(get("/a\0b"))
        #expect(try client.answer().status == 400)
    }

    @Test(
        "is not what these are",
        arguments: [
            ("/...", "GET /... 0"), ("/.a/..b/c..", "GET /.a/..b/c.. 0"), ("/a%2Fb", "GET /a%2Fb 0"),
            ("/a?b=../%zz&c=%00", "GET /a?b=../%zz&c=%00 0"), ("/a??b", "GET /a??b 0"), ("/a?", "GET /a? 0"),
            ("/a?b+c=d+e&f", "GET /a?b+c=d+e&f 0"), ("//a//", "GET //a// 0"), ("/%ff", "GET /%ff 0"),
        ]
    )
    func accepted(target: String, expected: String) throws {
        let answer = try HTTPServerFixture.shared.answer(
            to: get(target, "X-Empty:", "X-Blanks: \t a b \t", "Cookie: a=b")
        )
        #expect(answer.status == 200)
        #expect(answer.body == expected)
    }

    @Test("gets an answer even when it has a body, if only its target is wrong")
    func refusedWithBody() throws {
        let client = try HTTPServerFixture.shared.connect()
        try client.send(post("/..", String(repeating: "x", count: 300_000)))
        #expect(try client.answer().status == 400)
        #expect(try client.isClosedByServer())
    }
}

enum HTTPServerFixture {
    /// A server that echoes, with the default limits, for the tests that need nothing else.
    static let shared: HTTPServer = {
        do { return try HTTPServer() } catch { fatalError("\(error)") }
    }()
}
