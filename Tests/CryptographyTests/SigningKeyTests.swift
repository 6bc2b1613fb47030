import Cryptography
import Testing

@Suite("A signing key")
struct SigningKeyTests {
    /// RFC 8032, section 7.1.
    private static let vectors: [(seed: String, publicKey: String, message: String, signature: String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test("signs as RFC 8032 does", arguments: 0..<3)
    func vectors(_ number: Int) throws {
        let vector = Self.vectors[number]
        let key = try key(vector.seed)
        let message = try bytes(vector.message)
        #expect(key.publicKey.description == vector.publicKey)
        #expect(try key.signature(of: message) == bytes(vector.signature))
        #expect(try VerificationKey(bytes(vector.publicKey))?.verifies(bytes(vector.signature), of: message) == true)
    }

    @Test("makes signatures that fit no other message, no other key, and nothing altered")
    func refuses() throws {
        let key = try key(Self.vectors[0].seed)
        let other = try self.key(Self.vectors[1].seed)
        let message = Array("a message".utf8)
        let signature = key.signature(of: message)
        #expect(key.publicKey.verifies(signature, of: message))
        #expect(!key.publicKey.verifies(signature, of: Array("another".utf8)))
        #expect(!other.publicKey.verifies(signature, of: message))
        #expect(!key.publicKey.verifies(Array(signature.dropLast()), of: message))
        #expect(!key.publicKey.verifies([], of: message))
        for index in signature.indices {
            var altered = signature
            altered[index] ^= 1
            #expect(!key.publicKey.verifies(altered, of: message))
        }
    }

    @Test("has a public half of 32 bytes", arguments: [0, 31, 33, 64])
    func length(_ count: Int) {
        #expect(VerificationKey([UInt8](repeating: 0, count: count)) == nil)
    }

    @Test("does not show itself")
    func redaction() throws {
        let key = try key(Self.vectors[0].seed)
        var text = ""
        dump(key, to: &text)
        #expect(!text.contains("9d61b1"))
    }

    private func key(_ seed: String) throws -> SigningKey {
        try bytes(seed).withUnsafeBytes { SigningKey(seed: $0) }
    }

    private func bytes(_ digits: String) throws -> [UInt8] {
        try #require(Hex.bytes(digits))
    }
}
