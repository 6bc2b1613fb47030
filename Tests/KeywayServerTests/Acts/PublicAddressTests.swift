import HTTPServer
import NetworkTypes
import Testing

@testable import KeywayServer

@Suite("The address that links begin with")
struct PublicAddressTests {
    private static func endpoint(_ address: String, _ port: UInt16, isSecure: Bool = false) throws -> LocalEndpoint {
        LocalEndpoint(address: try #require(IPAddress(address)), port: port, isSecure: isSecure)
    }

    @Test(
        "is that of a Host at which the server listens",
        arguments: [
            ("127.0.0.1:8480", "127.0.0.1", 8480, false, "http://127.0.0.1:8480"),
            ("localhost:8480", "127.0.0.1", 8480, false, "http://localhost:8480"),
            ("LOCALHOST:8480", "127.0.0.1", 8480, false, "http://localhost:8480"),
            ("[::1]:8480", "::1", 8480, false, "http://[::1]:8480"),
            ("10.0.0.7", "10.0.0.7", 80, false, "http://10.0.0.7"),
            ("10.0.0.7:443", "10.0.0.7", 443, true, "https://10.0.0.7"),
            ("10.0.0.7:8480", "::ffff:10.0.0.7", 8480, true, "https://10.0.0.7:8480"),
        ] as [(String, String, UInt16, Bool, String)]
    )
    func own(_ host: String, _ address: String, _ port: UInt16, _ isSecure: Bool, _ url: String) throws {
        #expect(PublicAddress.url(host: host, at: try Self.endpoint(address, port, isSecure: isSecure)) == url)
    }

    @Test(
        "is not that of any other",
        arguments: [
            "evil.example", "evil.example:8480", "127.0.0.1", "127.0.0.1:8481", "127.0.0.2:8480", "127.1:8480",
            "2130706433:8480", "127.0.0.1:8480/x", "127.0.0.1:8480?x", "127.0.0.1:8480#x", "user@127.0.0.1:8480",
            "127.0.0.1:8480@evil.example", "127.0.0.1\\:8480", "[::1]:8480", "localhost.:8480", "localhost.evil:8480",
            " 127.0.0.1:8480", "127.0.0.1:", "", ":8480", "127.0.0.1:08480",
        ]
    )
    func others(_ host: String) throws {
        #expect(PublicAddress.url(host: host, at: try Self.endpoint("127.0.0.1", 8480)) == nil)
    }

    @Test("is not localhost's where the server is reached from elsewhere")
    func localhost() throws {
        #expect(PublicAddress.url(host: "localhost:8480", at: try Self.endpoint("10.0.0.7", 8480)) == nil)
    }
}
