import Cryptography
import Secrets
import Testing

@Suite("A code by HMAC-SHA-256")
struct AuthenticationCodeTests {
    // RFC 4231, test cases 1, 2, 3, 6 and 7.
    @Test(
        "is that of the standard",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), [UInt8]("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                [UInt8]("Jefe".utf8), [UInt8]("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
    )
    func standardVectors(key: [UInt8], message: [UInt8], code: String) {
        #expect(Self.code(of: message, key: key) == code)
    }

    @Test("of nothing with an empty key is that of others")
    func empty() {
        #expect(Self.code(of: [], key: []) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test("may be written where its key lies")
    func inPlace() {
        var bytes = [UInt8](repeating: 7, count: 32)
        let expected = Self.code(of: [1, 2, 3], key: bytes)
        bytes.withUnsafeMutableBytes { memory in
            [UInt8]([1, 2, 3]).withUnsafeBytes { HMACSHA256.write($0, key: UnsafeRawBufferPointer(memory), to: memory) }
        }
        #expect(bytes.withUnsafeBytes { Hex.string($0) } == expected)
    }

    private static func code(of message: [UInt8], key: [UInt8]) -> String {
        var output = [UInt8](repeating: 0, count: HMACSHA256.length)
        output.withUnsafeMutableBytes { output in
            message.withUnsafeBytes { message in
                key.withUnsafeBytes { HMACSHA256.write(message, key: $0, to: output) }
            }
        }
        return output.withUnsafeBytes { Hex.string($0) }
    }
}

@Suite("Base64")
struct Base64Tests {
    // RFC 4648, section 10, and the characters in which the alphabets differ.
    @Test(
        "is that of the standard",
        arguments: [
            ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
            ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
            ("~~~???", "fn5+Pz8/", "fn5-Pz8_"),
        ]
    )
    func standardVectors(text: String, standard: String, urlSafe: String) {
        let encode = { (alphabet: Base64.Alphabet) in
            [UInt8](text.utf8).withUnsafeBytes { bytes in
                Secret(Base64.encode(bytes, alphabet)).withBytes { String(decoding: $0, as: UTF8.self) }
            }
        }
        #expect(encode(.standard) == standard)
        #expect(encode(.urlSafe) == urlSafe)
    }
}
