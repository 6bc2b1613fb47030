import COpenSSL
package import Secrets

/// A private RSA key, for signatures in the manner of RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).
package struct RSASigningKey: ~Copyable {
    private let key: OpaquePointer

    /// Why there is no signature.
    package enum Failure: Error, Sendable, Equatable {
        /// The text is no private key in PEM, or is one that asks for a passphrase.
        case malformedKey
        /// The key is of another kind than RSA.
        case notRSA
        /// The key is shorter than 2048 bits, which is no longer safe, or longer than 8192.
        case unusableLength
        /// Its private part does not belong to its public one.
        case damagedKey
        case signingFailed
    }

    /// Reads PEM (RFC 7468), as PKCS #8 (`PRIVATE KEY`) or PKCS #1 (`RSA PRIVATE KEY`).
    ///
    /// Its line ends may be escaped as JSON has them: keys are copied out of Google's JSON files so.
    package init(pem: Secret) throws(Failure) {
        let key = Self.unescapingLineEnds(of: pem).withBytes { bytes in
            // It keeps the pointer, so that it must go before the bytes do.
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return OpaquePointer?.none
            }
            defer { BIO_free(source) }
            // Without a callback it would ask for a passphrase on the terminal.
            return PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
        }
        ERR_clear_error()
        guard let key else { throw .malformedKey }
        if let failure = Self.failure(of: key) {
            EVP_PKEY_free(key)
            throw failure
        }
        self.key = key
    }

    private static func failure(of key: OpaquePointer) -> Failure? {
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else { return .notRSA }
        return (2048...8192).contains(EVP_PKEY_get_bits(key)) ? nil : .unusableLength
    }

    /// The text with `\r` and `\n` for those escapes, which PEM has no use for.
    private static func unescapingLineEnds(of pem: Secret) -> Secret {
        let backslash = UInt8(ascii: "\\")
        return pem.withBytes { bytes in
            guard bytes.contains(backslash) else { return pem }
            let escapes = bytes.indices.dropLast().filter { index in
                bytes[index] == backslash
                    && (bytes[index + 1] == UInt8(ascii: "n") || bytes[index + 1] == UInt8(ascii: "r"))
            }
            var start = 0
            return Secret(
                SecretBuffer(count: bytes.count - escapes.count) { room in
                    var end = 0
                    for index in escapes {
                        room[end..<end + index - start].copyBytes(from: bytes[start..<index])
                        end += index - start
                        room[end] = bytes[index + 1] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
                        end += 1
                        start = index + 2
                    }
                    room[end...].copyBytes(from: bytes[start...])
                }
            )
        }
    }

    deinit { EVP_PKEY_free(key) }

    /// Checks that the key's public part verifies what its private part signs: a damaged key signs, too.
    package borrowing func verifyItself() throws(Failure) {
        let message: StaticString = "keyway"
        let bytes = UnsafeRawBufferPointer(start: message.utf8Start, count: message.utf8CodeUnitCount)
        let signature: [UInt8]
        do {
            signature = try sign(bytes)
        } catch {
            throw .damagedKey
        }
        guard let context = EVP_MD_CTX_new() else { throw .signingFailed }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard
            EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestVerify(context, signature, signature.count, message.utf8Start, bytes.count) == 1
        else { throw .damagedKey }
    }

    /// The signature of `message`, as long as the key.
    package borrowing func sign(_ message: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw .signingFailed }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1 else { throw .signingFailed }
        let input = message.assumingMemoryBound(to: UInt8.self).baseAddress
        var count = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, input, message.count) == 1 else { throw .signingFailed }
        return Array(signature[..<count])
    }
}
