import Cryptography
import Testing

@Suite("A SHA-256 digest")
struct DigestTests {
    // FIPS 180-2, appendix B, and the digest of nothing.
    @Test(
        "is that of the standard",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func standardVectors(text: String, digest: String) {
        #expect(SHA256.digest(of: text).description == digest)
        #expect(SHA256.digest(of: [UInt8](text.utf8)).description == digest)
    }

    @Test("comes back from its bytes")
    func roundTrip() {
        let digest = SHA256.digest(of: "abc")
        #expect(digest.bytes.withUnsafeBytes { Digest($0) } == digest)
        #expect(digest.bytes.first == 0xba)
        #expect(digest.hashValue == SHA256.digest(of: "abc").hashValue)
    }

    @Test("has 32 bytes, no more and no fewer", arguments: [0, 31, 33])
    func refusesOtherLengths(count: Int) {
        #expect([UInt8](repeating: 7, count: count).withUnsafeBytes { Digest($0) } == nil)
    }

    @Test("of zeros begins a chain")
    func zero() {
        #expect(Digest.zero.bytes == [UInt8](repeating: 0, count: 32))
    }
}
