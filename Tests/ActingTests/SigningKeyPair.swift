import COpenSSL

/// An RSA key made for a test, and a check of what it signed that shares nothing with the code under test.
final class SigningKeyPair: @unchecked Sendable {
    // Safe to share: it is only read once it is made.
    private let key: OpaquePointer
    /// The private key, as PKCS #8.
    let pem: String

    init() {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil), let output = BIO_new(BIO_s_mem()) else {
            fatalError("libcrypto has no memory")
        }
        defer {
            EVP_PKEY_CTX_free(context)
            BIO_free(output)
        }
        var key: OpaquePointer?
        EVP_PKEY_keygen_init(context)
        EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048)
        guard EVP_PKEY_keygen(context, &key) == 1, let key,
            PEM_write_bio_PKCS8PrivateKey(output, key, nil, nil, 0, nil, nil) == 1
        else { fatalError("libcrypto makes no key") }
        self.key = key
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = BIO_read(output, &bytes, Int32(bytes.count))
        pem = String(decoding: bytes[..<Int(count)], as: UTF8.self)
    }

    deinit { EVP_PKEY_free(key) }

    func verifies(_ signature: [UInt8], of text: String) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key)
        let message = Array(text.utf8)
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

enum Base64URL {
    /// Decodes without looking at anything but the digits.
    static func decode(_ text: String) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var bytes: [UInt8] = []
        var (buffer, bits): (UInt32, UInt32) = (0, 0)
        for digit in text.utf8 {
            buffer = buffer << 6 | UInt32(digits.firstIndex(of: digit) ?? 0)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        return bytes
    }
}
