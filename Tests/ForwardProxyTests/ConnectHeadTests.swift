import Testing

@testable import ForwardProxy

@Suite("The head of a CONNECT request")
struct ConnectHeadTests {
    private static func head(_ lines: String...) throws -> ConnectHead {
        try ConnectHead(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
    }

    @Test(
        "names a host and a port",
        arguments: [
            ("api.example.test:443", "api.example.test", 443), ("API.Example.TEST:8443", "api.example.test", 8_443),
            ("api.example.test.:443", "api.example.test", 443), ("localhost:1", "localhost", 1),
            ("a_b.test:65535", "a_b.test", 65_535),
        ] as [(String, String, UInt16)]
    )
    func target(_ target: String, _ host: String, _ port: UInt16) throws {
        let head = try Self.head("CONNECT \(target) HTTP/1.1", "Host: \(target)")
        #expect(head.host == host)
        #expect(head.port == port)
        #expect(head.authorization == nil)
    }

    @Test("has a credential", arguments: ["Proxy-Authorization", "proxy-authorization", "PROXY-AUTHORIZATION"])
    func authorization(_ name: String) throws {
        let head = try Self.head("CONNECT a.test:443 HTTP/1.0", "User-Agent: x", "\(name): \t Basic abc \t")
        #expect(head.authorization == "Basic abc")
    }

    @Test(
        "is refused if it is malformed",
        arguments: [
            "CONNECT a.test HTTP/1.1", "CONNECT a.test: HTTP/1.1", "CONNECT a.test:0 HTTP/1.1",
            "CONNECT a.test:65536 HTTP/1.1", "CONNECT a.test:0443 HTTP/1.1", "CONNECT a.test:+443 HTTP/1.1",
            "CONNECT :443 HTTP/1.1", "CONNECT .:443 HTTP/1.1", "CONNECT a..test:443 HTTP/1.1",
            "CONNECT a.test..:443 HTTP/1.1", "CONNECT user@a.test:443 HTTP/1.1", "CONNECT a.test:443/ HTTP/1.1",
            "CONNECT a%2etest:443 HTTP/1.1", "CONNECT  a.test:443 HTTP/1.1", "CONNECT a.test:443  HTTP/1.1",
            "CONNECT a.test:443 HTTP/2.0", "CONNECT a.test:443", "connect a.test:443 HTTP/1.1",
            "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\nHost: a.test",
            "CONNECT a.test:443 HTTP/1.1\r\nName : value", "CONNECT a.test:443 HTTP/1.1\r\n folded",
            "CONNECT a.test:443 HTTP/1.1\r\nno colon", "CONNECT a.test:443 HTTP/1.1\r\n: value",
            "CONNECT a.test:443 HTTP/1.1\r\nName: a\rb", "CONNECT a.test:443 HTTP/1.1\r\nName: a\0b",
            "CONNECT a.test:443 HTTP/1.1\nName: value", "CONNECT a.test:443 HTTP/1.1\r\nContent-Length: 1",
            "CONNECT a.test:443 HTTP/1.1\r\nTransfer-Encoding: chunked",
            "CONNECT a.test:443 HTTP/1.1\r\nProxy-Authorization: a\r\nProxy-Authorization: a",
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: ConnectRefusal.self) { try Self.head(text) }
    }

    @Test(
        "is for its target, whatever its Host says: undici has the proxy there",
        arguments: ["b.test", "127.0.0.1:9"]
    )
    func host(_ host: String) throws {
        #expect(try Self.head("CONNECT a.test:443 HTTP/1.1", "Host: \(host)").host == "a.test")
    }

    @Test("is refused for addresses", arguments: ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "1.2.3.0x4", "127.1."])
    func addresses(_ address: String) {
        #expect(throws: ConnectRefusal.address) { try Self.head("CONNECT \(address):443 HTTP/1.1") }
    }

    @Test("is none of another method")
    func others() {
        #expect(throws: ConnectRefusal.plaintext) { try Self.head("GET http://a.test/ HTTP/1.1") }
        #expect(throws: ConnectRefusal.notForProxies) { try Self.head("GET / HTTP/1.1") }
    }

    @Test(
        "ends with its empty line",
        arguments: [
            ("CONNECT\r\n\r\nrest", 11), ("CONNECT\n\nrest", 9), ("CONNECT\r\n\nrest", 10), ("CONNECT\r\n\r", nil),
            ("CONNECT\r\n", nil), ("", nil), ("\r\n\r\n", 4), ("a\r\nb\r\n\r\n\r\n", 8),
        ] as [(String, Int?)]
    )
    func end(_ text: String, _ end: Int?) {
        let bytes = Array(text.utf8)
        #expect(ConnectHead.end(in: bytes, from: 0) == end)
        // However it came: no look begins later than two bytes before what is new.
        for known in 0...bytes.count where ConnectHead.end(in: Array(bytes[..<known]), from: 0) == nil {
            #expect(ConnectHead.end(in: bytes, from: known - 2) == end)
        }
    }

    @Test("a refusal says why in its first line, whatever the reason holds")
    func refusal() {
        let text = String(decoding: ConnectRefusal(403, "c", "a\r\nInjected: ü").bytes, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 403 a??Injected: ??\r\n"))
        #expect(text.contains("\r\nKeyway-Error: c\r\n"))
        #expect(text.hasSuffix("\r\nConnection: close\r\n\r\na??Injected: ??.\n"))
    }
}
