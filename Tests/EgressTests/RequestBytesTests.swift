import Egress
import NetworkTypes
import Secrets
import Synchronization
import Testing

/// With a server that answers with the request's own bytes.
@Suite("A request", .timeLimit(.minutes(10)))
struct RequestBytesTests {
    private static func echo() throws -> LoopbackServer {
        try LoopbackServer { peer in
            while let request = try peer.request() {
                let head = "HTTP/1.1 200 OK\r\nContent-Length: \(request.utf8.count)\r\n\r\n"
                try peer.send(head + request)
            }
        }
    }

    @Test("holds what was given and what HTTP needs, nothing else")
    func nothingElse() async throws {
        let server = try Self.echo()
        let answer = try await EgressClient.local().collect(.get(server.origin, "/v1/x?y=z"))
        #expect(answer.text == "GET /v1/x?y=z HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: Keyway\r\n\r\n")
    }

    @Test("has its headers in their order, as given")
    func headers() async throws {
        let server = try Self.echo()
        var request = OutgoingRequest.get(server.origin)
        request.headers = [
            .init(name: "X-B", text: "2"), .init(name: "x-a", text: "one: two"), .init(name: "X-B", text: "3"),
            .init(name: "X-Empty", text: ""), .init(name: "X-Blank", text: " \t "), .init(name: "X-Tab", text: "a\tb"),
            .init(name: "X-Opaque", text: "ä"), .init(name: "X-Semicolon", text: ";"),
            .init(name: "Accept", text: "text/plain"), .init(name: "User-Agent", text: "keyway/1"),
            .init(name: "accept-encoding", text: "identity"), .init(name: "Authorization", text: "Bearer x"),
            .init(name: "Cookie", text: "a=b"),
        ]
        let answer = try await EgressClient.local().collect(request)
        #expect(
            answer.text.split(separator: "\r\n", omittingEmptySubsequences: false).dropFirst(2) == [
                "X-B: 2", "x-a: one: two", "X-B: 3", "X-Empty:", "X-Blank:", "X-Tab: a\tb", "X-Opaque: ä",
                "X-Semicolon: ;", "Accept: text/plain", "User-Agent: keyway/1", "accept-encoding: identity",
                "Authorization: Bearer x", "Cookie: a=b", "", "",
            ]
        )
    }

    @Test(
        "has its target byte for byte",
        arguments: [
            "/", "//x", "/a/../b", "/./a//b/", "/%2e%2e/%2E%2e/", "/a?", "/?", "/a?b=c?d=/../e", "/%00%zz%",
            "/a;b=c,d:e@f!g$h&i'j(k)*l+m~n", "/\\..\\x", "/{}|^`\"<>[]", "//other.example/x", "/@x",
        ]
    )
    func target(_ target: String) async throws {
        let server = try Self.echo()
        let answer = try await EgressClient.local().collect(.get(server.origin, target))
        #expect(answer.text.split(separator: "\r\n").first == "GET \(target) HTTP/1.1")
    }

    @Test(
        "has a target that cannot break out",
        arguments: [
            "", "a", "?a", "*", "http://x/", "/a b", "/a\r\nX: y", "/a\nb", "/a\0b", "/a\tb", "/ä", "/\u{7F}", "/a#b",
            "#",
        ]
    )
    func malformedTarget(_ target: String) async throws {
        let client = try EgressClient.local()
        await #expect(throws: EgressError.malformedURL) { try await client.collect(.get("http://127.0.0.1:9", target)) }
    }

    @Test(
        "has an origin without anything beside host and port",
        arguments: [
            "", "x", "//127.0.0.1", "ftp://127.0.0.1", "file:///etc/passwd", "http:/127.0.0.1", "http://",
            "http:///", "http://user@127.0.0.1", "http://user:pw@127.0.0.1", "http://127.0.0.1:80@evil.example",
            "http://127.0.0.1/path", "http://127.0.0.1//", "http://127.0.0.1?x", "http://127.0.0.1#x",
            "http://127.0.0.1:", "http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:8x",
            "http://127.0.0.1:080000", "http://a b", "http://a\r\nb", "http://a\0", "http://ä.example", "http://%31",
            "http://a..b", "http://.", "http://.a", "http://[::1", "http://[]", "http://[::1]x",
            "http://[fe80::1%25lo]",
            "http://a\\b", "http://a,b", "http://a*", "gopher://127.0.0.1",
        ]
    )
    func malformedOrigin(_ origin: String) async throws {
        let client = try EgressClient.local()
        await #expect(throws: EgressError.malformedURL) { try await client.collect(.get(origin)) }
    }

    @Test(
        "has no header that another could hide in, or that is not the caller's",
        arguments: [
            ("X-A", "b\r\nX-C: d"), ("X-A", "b\nc"), ("X-A", "b\rc"), ("X-A", "b\0c"), ("X-A", "\u{1}"),
            ("X-A", "\u{7F}"), ("X-A", "\r\n"), ("X-A", "\r\n folded"), ("Host", "other"), ("content-length", "0"),
            ("Transfer-Encoding", "chunked"), ("Connection", "close"), ("Upgrade", "h2c"), ("TE", "trailers"),
            ("Trailer", "X"), ("Keep-Alive", "1"), ("Proxy-Connection", "x"), ("HTTP2-Settings", "x"),
        ]
    )
    func malformedHeader(_ name: String, _ value: String) async throws {
        let client = try EgressClient.local()
        await #expect(throws: EgressError.malformedHeader(name: name)) {
            try await client.collect(.get("http://127.0.0.1:9", headers: [.init(name: name, text: value)]))
        }
    }

    @Test(
        "has no header with a name that is none",
        arguments: ["", " ", "a b", "a:", "a\r\nb", "a\0", "ä", "a;", "(a)"]
    )
    func malformedName(_ name: String) async throws {
        let client = try EgressClient.local()
        await #expect(throws: EgressError.malformedHeader(name: "")) {
            try await client.collect(.get("http://127.0.0.1:9", headers: [.init(name: name, text: "b")]))
        }
    }

    @Test("has a method that is a token", arguments: ["", "GET ", "G\r\nT", "G/T", "GÄT", "CONNECT"])
    func malformedMethod(_ method: String) async throws {
        let client = try EgressClient.local()
        var request = OutgoingRequest.get("http://127.0.0.1:9")
        request.method = method
        let given = request
        await #expect(throws: EgressError.malformedHeader(name: ":method")) { try await client.collect(given) }
    }

    @Test("has a body with any method but HEAD", arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY", "x-y"])
    func bodies(_ method: String) async throws {
        let server = try Self.echo()
        let client = try EgressClient.local()
        for size in [0, 3, 70_000, 2_000_000] {
            let body = String(repeating: "a", count: size)
            let request = OutgoingRequest(
                method: method,
                origin: server.origin,
                target: Secret(copying: "/".utf8),
                body: SecretBuffer(copying: body)
            )
            let answer = try await client.collect(request, atMost: 3_000_000)
            let head = "\(method) / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: Keyway\r\n"
            #expect(answer.text == head + "Content-Length: \(size)\r\n\r\n" + body)
        }
    }

    @Test(
        "without a body says so where servers ask for it",
        arguments: [("POST", true), ("PUT", true), ("DELETE", false)]
    )
    func noBody(_ method: String, saysLength: Bool) async throws {
        let server = try Self.echo()
        let request = OutgoingRequest(method: method, origin: server.origin, target: Secret(copying: "/".utf8))
        let answer = try await EgressClient.local().collect(request)
        #expect(answer.text.contains("Content-Length: 0\r\n") == saysLength)
    }

    @Test("leaves nothing to the next one over the same connection")
    func next() async throws {
        let server = try Self.echo()
        let client = try EgressClient.local { $0.idleConnections = 1 }
        var first = OutgoingRequest.post(server.origin, "/first?key=x", body: "secret")
        first.headers = [.init(name: "Authorization", text: "Bearer x"), .init(name: "User-Agent", text: "a")]
        _ = try await client.collect(first)
        _ = try await client.collect(OutgoingRequest(method: "HEAD", origin: server.origin, target: first.target))
        let answer = try await client.collect(.get(server.origin, "/second"))
        #expect(answer.text == "GET /second HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: Keyway\r\n\r\n")
        #expect(server.connections <= 2)
    }
}
