import NetworkTypes
import Testing

@testable import Egress

@Suite("A network", .timeLimit(.minutes(10)))
struct IPNetworkTests {
    @Test(
        "is read and written",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("127.0.0.1", "127.0.0.1/32"),
            ("192.168.1.4/30", "192.168.1.4/30"), ("fd00::/8", "fd00::/8"), ("::/0", "::/0"), ("::1", "::1/128"),
            ("2001:db8:0:0::/64", "2001:db8::/64"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ]
    )
    func read(_ text: String, _ written: String) {
        #expect(IPNetwork(text)?.description == written)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08/1", "10.0.0.0/ 8", "10/8",
            "10.0.0/8", "10.1.0.0/8", "::/129", "::1/64", "fe80::1%lo", "127.1", "0177.0.0.1", "0x7f000001",
            "2130706433", "localhost", "[::1]", "::ffff:10.0.0.0/90", "10.0.0.0/9999", " 10.0.0.0/8", "10.0.0.0/٨",
        ]
    )
    func refuse(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test("holds its addresses", arguments: [0, 1, 8, 31, 32])
    func v4(length: Int) throws {
        let network = try #require(IPNetwork("128.0.0.0/\(length)".replacing("/0", at: length)))
        #expect(try network.contains(#require(IPAddress("128.0.0.0"))))
        #expect(try network.contains(#require(IPAddress("128.0.0.1"))) == (length < 32))
        #expect(try network.contains(#require(IPAddress("128.255.255.255"))) == (length <= 8))
        #expect(try network.contains(#require(IPAddress("127.255.255.255"))) == (length == 0))
    }

    @Test("holds addresses of its own version alone")
    func versions() throws {
        #expect(try !#require(IPNetwork("::/0")).contains(#require(IPAddress("10.0.0.1"))))
        #expect(try !#require(IPNetwork("0.0.0.0/0")).contains(#require(IPAddress("::1"))))
        #expect(try #require(IPNetwork("10.0.0.0/8")).contains(#require(IPAddress("::ffff:10.0.0.1"))))
    }

    @Test("of version 6 has prefixes on both sides of the middle", arguments: [63, 64, 65, 127, 128])
    func v6(length: Int) throws {
        let network = try #require(IPNetwork("2001:db8::/\(length)"))
        #expect(try network.contains(#require(IPAddress("2001:db8::"))))
        #expect(try network.contains(#require(IPAddress("2001:db8::1"))) == (length < 128))
        #expect(try network.contains(#require(IPAddress("2001:db8::8000:0:0:0"))) == (length <= 64))
        #expect(try network.contains(#require(IPAddress("2001:db8:0:1::"))) == (length <= 63))
    }
}

extension String {
    /// The network of all addresses starts at 0.
    fileprivate func replacing(_ suffix: String, at length: Int) -> String {
        length == 0 ? "0.0.0.0" + suffix : self
    }
}
