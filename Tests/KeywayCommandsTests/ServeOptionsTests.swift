import ActService
import Foundation
import HTTPServer
import KeywayServer
import Testing

@testable import KeywayCommands

@Suite("The options of keyway serve")
struct ServeOptionsTests {
    private static func read(_ words: [String]) throws -> ServeOptions {
        try ServeOptions(Arguments(words, for: .serve))
    }

    @Test("have defaults that are safe")
    func defaults() throws {
        let options = try Self.read([])
        #expect(options.server.address == "127.0.0.1")
        #expect(options.server.port == 8480)
        #expect(options.server.tls == nil)
        #expect(options.metricsServer == nil)
        #expect(options.service.rateLimit == .standard)
        #expect(options.service.awsPrincipalID == "000000000000")
        #expect(!options.service.metricsHaveOwnListener)
    }

    @Test(
        "say where to listen",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1", 80), ("localhost:0", "localhost", 0), ("[::1]:8480", "::1", 8480),
            ("::1:8480", "::1", 8480), ("127.0.0.2:65535", "127.0.0.2", 65535),
        ] as [(String, String, UInt16)]
    )
    func listen(_ text: String, _ address: String, _ port: UInt16) throws {
        let server = try Self.read(["--listen", text]).server
        #expect(server.address == address)
        #expect(server.port == port)
    }

    @Test(
        "tell the URL under which callers reach the server",
        arguments: [
            ("https://keyway.example.com", "https://keyway.example.com"),
            ("HTTPS://Keyway.Example.com:443/", "https://keyway.example.com"),
            ("http://127.0.0.1:8480/a/b/", "http://127.0.0.1:8480/a/b"),
        ]
    )
    func publicURL(_ text: String, _ url: String) throws {
        #expect(try Self.read(["--public-url", text]).service.publicURL == url)
    }

    @Test(
        "take no other for it",
        arguments: [
            "keyway.example.com", "ftp://keyway.example.com", "https://", "https://a@b", "https://a/?x", "https://a/#x",
            "https://a/../b", "https://a//b", "https://a b",
        ]
    )
    func noPublicURL(_ text: String) {
        #expect(throws: CommandError.self) { try Self.read(["--public-url", text]) }
    }

    @Test(
        "set a rate limit",
        arguments: [
            ("off", nil), ("10/1", RateLimit(requests: 10, seconds: 1)),
            ("1/86400", RateLimit(requests: 1, seconds: 86_400)),
        ] as [(String, RateLimit?)]
    )
    func rateLimit(_ text: String, _ limit: RateLimit?) throws {
        #expect(try Self.read(["--rate-limit", text]).service.rateLimit == limit)
    }

    @Test("give metrics a listener of their own")
    func metrics() throws {
        let options = try Self.read(["--metrics-listen", "0.0.0.0:9090"])
        #expect(options.metricsServer?.port == 9090)
        #expect(options.service.metricsHaveOwnListener)
    }

    @Test("bound the connections, in all no less than two addresses may have", arguments: [(1, 4_096), (3_000, 6_000)])
    func connections(_ number: Int, _ all: Int) throws {
        let limits = try Self.read(["--connections-per-address", "\(number)"]).server.limits
        #expect(limits.connectionsPerAddress == number)
        #expect(limits.connections == all)
    }

    @Test(
        "that make no sense are refused",
        arguments: [
            (["--listen", "8480"], 64), (["--listen", "127.0.0.1"], 64), (["--listen", "127.0.0.1:"], 64),
            (["--listen", "127.0.0.1:65536"], 64), (["--listen", "127.0.0.1:http"], 64),
            (["--listen", "127.0.0.1:+80"], 64),
            (["--listen", ":8480"], 64), (["--listen", ""], 64), (["--metrics-listen", "9090"], 64),
            (["--rate-limit", "0/60"], 64), (["--rate-limit", "60"], 64), (["--rate-limit", "60/0"], 64),
            (["--rate-limit", "-1/60"], 64), (["--rate-limit", "1/60/60"], 64), (["--rate-limit", "1/"], 64),
            (["--rate-limit", "OFF"], 64), (["--rate-limit", "+1/1"], 64), (["--rate-limit", "1/86401"], 64),
            (["--rate-limit", ""], 64),
            (["--aws-principal-id", "12345"], 64), (["--aws-principal-id", "12345678901x"], 64),
            (["--aws-principal-id", ""], 64),
            (["--connections-per-address", "0"], 64), (["--connections-per-address", "many"], 64),
            (["--tls-cert", "/dev/null"], 64), (["--tls-key", "/dev/null"], 64),
            (["--tls-cert", "/nonexistent", "--tls-key", "/nonexistent"], 66),
            // Keys and secrets must not cross a network in the clear unless that is asked for.
            (["--listen", "0.0.0.0:8480"], 78), (["--listen", "[::]:8480"], 78), (["--listen", "192.0.2.1:8480"], 78),
            (["--listen", "example.com:8480"], 78), (["--listen", "::ffff:192.0.2.1:8480"], 78),
        ] as [([String], Int32)]
    )
    func refused(_ words: [String], _ code: Int32) throws {
        let error = try #require(throws: CommandError.self) { try Self.read(words) }
        #expect(error.code.rawValue == code)
        #expect(!error.message.isEmpty)
    }

    @Test("allow plain text on a network only when told so")
    func plaintext() throws {
        #expect(try Self.read(["--listen", "0.0.0.0:8480", "--allow-plaintext"]).server.address == "0.0.0.0")
    }
}
