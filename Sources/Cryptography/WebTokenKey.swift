import COpenSSL

/// A public key that verifies signatures as JSON web tokens have them (RFC 7518, section 3).
///
/// The key fixes the algorithm, so that no token can choose another one for it.
package final class WebTokenKey: @unchecked Sendable {
    // Safe to share: the key never changes, and libcrypto counts its references atomically.

    package enum Algorithm: String, Sendable {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rs256 = "RS256"
        /// ECDSA on P-256 with SHA-256; the signature is both numbers, 32 bytes each.
        case es256 = "ES256"
    }

    /// Why there is no key.
    package enum Failure: Error, Sendable, Equatable {
        /// The numbers are no key, or the point is not on the curve.
        case malformedKey
        /// An RSA key of less than 2048 bits, which is no longer safe, or of more than 8192.
        case unusableLength
    }

    package let algorithm: Algorithm
    private let key: OpaquePointer

    /// rsaEncryption, without parameters (RFC 8017, appendix A.1).
    private static let rsa: [UInt8] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]
    /// id-ecPublicKey on secp256r1 (RFC 5480).
    static let p256: [UInt8] = [
        0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x03, 0x01, 0x07,
    ]
    private static let coordinateCount = 32

    /// An RSA key, whose numbers are written with the most significant byte first.
    package convenience init(modulus: some Collection<UInt8>, exponent: some Collection<UInt8>) throws(Failure) {
        let exponent = Array(exponent.drop { $0 == 0 })
        // Long exponents only make verification slow; an even one, or 1, is no exponent.
        guard modulus.count <= 1_025, (1...4).contains(exponent.count), let last = exponent.last, last & 1 == 1,
            exponent != [1]
        else { throw modulus.count > 1_025 ? .unusableLength : .malformedKey }
        let numbers = DER.sequence(DER.integer(modulus), DER.integer(exponent))
        try self.init(.rs256, DER.sequence(Self.rsa, DER.bitString(numbers)))
        guard (2048...8192).contains(EVP_PKEY_get_bits(key)) else { throw .unusableLength }
    }

    /// A key on P-256, by the coordinates of its point, 32 bytes each.
    package convenience init(x: some Collection<UInt8>, y: some Collection<UInt8>) throws(Failure) {
        guard x.count == Self.coordinateCount, y.count == Self.coordinateCount else { throw .malformedKey }
        try self.init(.es256, DER.sequence(Self.p256, DER.bitString([0x04] + x + y)))
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5280, section 4.1) in DER, of a key for that algorithm.
    private init(_ algorithm: Algorithm, _ info: [UInt8]) throws(Failure) {
        let key = info.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return d2i_PUBKEY(nil, &position, bytes.count)
        }
        ERR_clear_error()
        guard let key else { throw .malformedKey }
        self.algorithm = algorithm
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    /// Whether the holder of the private key signed `message` so.
    package func verifies(_ signature: UnsafeRawBufferPointer, of message: UnsafeRawBufferPointer) -> Bool {
        let encoded: [UInt8]
        switch algorithm {
        case .rs256:
            encoded = Array(signature)
        case .es256:
            guard signature.count == 2 * Self.coordinateCount else { return false }
            encoded = DER.sequence(
                DER.integer(signature.prefix(Self.coordinateCount)),
                DER.integer(signature.suffix(Self.coordinateCount))
            )
        }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        let input = message.assumingMemoryBound(to: UInt8.self).baseAddress
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, encoded, encoded.count, input, message.count) == 1
    }
}
