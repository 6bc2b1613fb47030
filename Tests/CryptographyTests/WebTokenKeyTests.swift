import Cryptography
import Secrets
import Testing

/// The examples of RFC 7515, appendices A.2 and A.3.
@Suite("A key that verifies")
struct WebTokenKeyTests {
    private static let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    private func decoded(_ text: String) throws -> [UInt8] {
        let buffer = Array(text.utf8).withUnsafeBytes { Base64.decode($0, .urlSafe) }
        let bytes = try #require(buffer)
        return withExtendedLifetime(bytes) { Array(bytes.bytes) }
    }

    private func verifies(_ key: WebTokenKey, _ signature: [UInt8], _ message: String) -> Bool {
        signature.withUnsafeBytes { signature in
            Array(message.utf8).withUnsafeBytes { key.verifies(signature, of: $0) }
        }
    }

    @Test("takes the RS256 signature of the RFC, and none that differs in a bit")
    func rsa() throws {
        let key = try WebTokenKey(modulus: decoded(Self.modulus), exponent: decoded("AQAB"))
        #expect(key.algorithm == .rs256)
        var signature = try decoded(Self.rsaSignature)
        let message = "eyJhbGciOiJSUzI1NiJ9.\(Self.payload)"
        #expect(verifies(key, signature, message))
        #expect(!verifies(key, signature, message + "x"))
        #expect(!verifies(key, [], message))
        #expect(!verifies(key, signature + [0], message))
        signature[9] ^= 1
        #expect(!verifies(key, signature, message))
    }

    @Test("takes the ES256 signature of the RFC, and none that differs in a bit")
    func elliptic() throws {
        let key = try WebTokenKey(
            x: decoded("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            y: decoded("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
        )
        #expect(key.algorithm == .es256)
        var signature = try decoded(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        )
        let message = "eyJhbGciOiJFUzI1NiJ9.\(Self.payload)"
        #expect(verifies(key, signature, message))
        #expect(!verifies(key, signature, message + "x"))
        #expect(!verifies(key, [], message))
        #expect(!verifies(key, signature + [0], message))
        #expect(!verifies(key, Array(repeating: 0, count: 64), message))
        signature[40] ^= 1
        #expect(!verifies(key, signature, message))
    }

    @Test("is refused where it is none")
    func refused() throws {
        let modulus = try decoded(Self.modulus)
        for exponent in [[], [0], [1], [2], [1, 0, 0, 0, 1]] as [[UInt8]] {
            #expect(throws: WebTokenKey.Failure.malformedKey) {
                try WebTokenKey(modulus: modulus, exponent: exponent)
            }
        }
        for unusable in [Array(modulus.prefix(128)), Array(repeating: 255, count: 1_026)] {
            #expect(throws: WebTokenKey.Failure.unusableLength) {
                try WebTokenKey(modulus: unusable, exponent: [1, 0, 1])
            }
        }
        let x = try decoded("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
        for y in [x, Array(x.dropLast()), Array(repeating: 0, count: 32)] {
            #expect(throws: WebTokenKey.Failure.malformedKey) { try WebTokenKey(x: x, y: y) }
        }
    }

    @Test("is written in Base64, which has one spelling", arguments: ["AQ=", "AQ==", "AR", "A", "A+", "A Q", "AQ\n"])
    func base64(_ text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { Base64.decode($0, .urlSafe) } == nil)
    }

    private static let modulus =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR"
        + "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7W"
        + "TBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
        + "PAcDTW9gb54h4FRWyuXpoQ"
    private static let rsaSignature =
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9"
        + "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383Lc"
        + "OLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
        + "p0igcN_IoypGlUPQGe77Rw"
}
