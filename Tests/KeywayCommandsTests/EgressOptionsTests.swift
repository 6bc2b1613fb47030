import Egress
import Testing

@testable import KeywayCommands

@Suite("The options of requests to third parties")
struct EgressOptionsTests {
    private static func read(_ words: [String]) throws -> EgressConfiguration {
        try ServeOptions(Arguments(words, for: .serve)).egress
    }

    @Test("allow no network and no plain HTTP unless they say so")
    func defaults() throws {
        let configuration = try Self.read([])
        #expect(configuration.allowedNetworks.isEmpty)
        #expect(!configuration.allowsPlaintext)
        #expect(configuration.certificateAuthorityFile == nil)
        #expect(configuration.firstByteTimeout == 60)
        #expect(configuration.idleTimeout == 60)
        #expect(configuration.totalTimeout == 300)
        #expect(configuration.answerBytes == 5 << 30)
    }

    @Test("bound responses as requests")
    func length() throws {
        #expect(try Self.read(["--act-body-limit", "20MiB"]).answerBytes == 20 << 20)
        #expect(try Self.read(["--act-body-limit", "off"]).answerBytes == .max)
    }

    @Test("name networks one by one or in a list")
    func networks() throws {
        let words = ["--egress-allow", "10.1.0.0/16,fd00:1::/64", "--egress-allow", "192.168.1.5"]
        let expected = ["10.1.0.0/16", "fd00:1::/64", "192.168.1.5/32"].compactMap(IPNetwork.init)
        #expect(expected.count == 3)
        #expect(try Self.read(words).allowedNetworks == expected)
    }

    @Test(
        "refuse what is no network",
        arguments: ["", "10.1.0.0/33", "10.1.2.3/16", "example.com", "10.1.0.0/16,", "all", "10.1.0.0/16 "]
    )
    func malformed(_ text: String) {
        let error = #expect(throws: CommandError.self) { try Self.read(["--egress-allow", text]) }
        #expect(error?.code == .usage)
    }

    @Test("set plain HTTP, authorities and how long to wait")
    func others() throws {
        let configuration = try Self.read([
            "--egress-allow-plaintext", "--egress-ca-file", "/etc/own.pem", "--egress-timeout", "5",
        ])
        #expect(configuration.allowsPlaintext)
        #expect(configuration.certificateAuthorityFile == "/etc/own.pem")
        #expect(configuration.firstByteTimeout == 5)
        #expect(configuration.idleTimeout == 5)
        #expect(configuration.totalTimeout == 300)
    }

    @Test("bound the time to wait", arguments: ["0", "3601", "-1", "x", "1.5"])
    func timeout(_ text: String) {
        #expect(throws: CommandError.self) { try Self.read(["--egress-timeout", text]) }
    }
}
