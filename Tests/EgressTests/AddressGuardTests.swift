import NetworkTypes
import Testing

@testable import Egress

@Suite("The guard of addresses", .timeLimit(.minutes(10)))
struct AddressGuardTests {
    @Test(
        "lets ordinary addresses through",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "203.0.114.0",
            "223.255.255.255", "::ffff:8.8.8.8", "2001:4860:4860::8888", "2606:4700::1111", "2000::", "2001:200::",
            "2001:db7:ffff::", "2001:db9::", "2003::", "3ffe::", "3fff:1000::",
        ]
    )
    func ordinary(_ text: String) throws {
        #expect(try AddressGuard(allowing: []).refusal(of: address(text)) == nil)
    }

    @Test(
        "refuses special addresses, the first and the last of each network",
        arguments: [
            "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
            "127.255.255.255", "169.254.0.0", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0",
            "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.0",
            "192.168.255.255", "192.175.48.1", "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255",
            "203.0.113.0", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.254",
            "255.255.255.255",
            "::", "::1", "::2", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254",
            "::ffff:0:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "64:ff9b:1:ffff:ffff::",
            "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::", "1fff:ffff::", "2001::", "2001:0:ffff::",
            "2001:1::1", "2001:10::", "2001:20::", "2001:1ff:ffff::", "2001:db8::", "2001:db8:ffff::", "2002::",
            "2002:808:808::1", "2002:ffff::", "2620:4f:8000::1", "3fff::", "3fff:fff:ffff::", "4000::", "5f00::1",
            "8000::", "fbff::", "fc00::", "fd00::1", "fdff:ffff::", "fe00::", "fe80::1", "febf:ffff::", "fec0::1",
            "feff:ffff::", "ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ]
    )
    func special(_ text: String) throws {
        #expect(try AddressGuard(allowing: []).refusal(of: address(text)) != nil)
    }

    @Test("says what a refused address is for")
    func reasons() throws {
        let guarding = AddressGuard(allowing: [])
        #expect(try guarding.refusal(of: address("127.0.0.1")) == "a loopback address")
        #expect(try guarding.refusal(of: address("::ffff:10.0.0.1")) == "a private address")
        #expect(try guarding.refusal(of: address("2001::1")) == "a Teredo address")
        #expect(try guarding.refusal(of: address("9999::1")) == "a reserved address")
    }

    @Test("lets allowed networks through, and only those")
    func allowed() throws {
        let guarding = AddressGuard(allowing: try ["10.1.0.0/16", "fd00:1::/32", "::1"].map(network))
        for text in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "fd00:1::5", "::1"] {
            #expect(try guarding.refusal(of: address(text)) == nil, "\(text)")
        }
        for text in ["10.0.255.255", "10.2.0.0", "127.0.0.1", "fd00:2::1", "::a01:1", "::"] {
            #expect(try guarding.refusal(of: address(text)) != nil, "\(text)")
        }
    }

    @Test(
        "refuses metadata services even inside an allowed network",
        arguments: [
            "169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
            "100.100.100.200", "168.63.129.16", "192.0.0.192", "::ffff:169.254.169.254",
        ]
    )
    func metadata(_ text: String) throws {
        let address = try address(text)
        #expect(AddressGuard(allowing: []).refusal(of: address) == "a metadata service")
        let broad = try ["0.0.0.0/0", "::/0"].map(network)
        #expect(AddressGuard(allowing: broad).refusal(of: address) == "a metadata service")
        #expect(AddressGuard(allowing: [IPNetwork(address)]).refusal(of: address) == nil)
    }

    @Test("judges the address behind a translator that is allowed")
    func translators() throws {
        let guarding = AddressGuard(allowing: try ["64:ff9b::/96", "2002::/16", "::/96"].map(network))
        for text in ["64:ff9b::8.8.8.8", "2002:808:808::1", "::8.8.8.8"] {
            #expect(try guarding.refusal(of: address(text)) == nil, "\(text)")
        }
        for text in ["64:ff9b::169.254.169.254", "64:ff9b::10.0.0.1", "2002:7f00:1::", "::127.0.0.1"] {
            #expect(try guarding.refusal(of: address(text)) != nil, "\(text)")
        }
    }

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }
}
