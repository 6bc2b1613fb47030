import CSodium

/// A key that signs with Ed25519 (RFC 8032), in locked memory.
package final class SigningKey: Sendable {
    package static let seedLength = 32
    package static let signatureLength = 64

    /// The library's form of the key: the seed, then the public key.
    private let secretKey: LockedMemory
    /// The public half, which verifies signatures.
    package let publicKey: VerificationKey

    /// The key that grows from a seed: always the same from the same.
    ///
    /// - Parameter seed: 32 bytes that nobody else knows.
    package init(seed: UnsafeRawBufferPointer) {
        precondition(seed.count == SigningKey.seedLength, "a seed has 32 bytes")
        Sodium.start()
        var publicBytes = [UInt8](repeating: 0, count: VerificationKey.length)
        secretKey = LockedMemory(count: Int(crypto_sign_SECRETKEYBYTES)) { memory in
            guard let start = memory.assumingMemoryBound(to: UInt8.self).baseAddress,
                let seed = seed.assumingMemoryBound(to: UInt8.self).baseAddress
            else { return }
            // It fails for no seed.
            _ = crypto_sign_seed_keypair(&publicBytes, start, seed)
        }
        publicKey = VerificationKey(uncheckedBytes: publicBytes)
    }

    /// The signature of a message, 64 bytes.
    package func signature(of message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: SigningKey.signatureLength)
        secretKey.withBytes { key in
            guard let key = key.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
            // It fails for no message.
            _ = crypto_sign_detached(&signature, nil, message, UInt64(message.count), key)
        }
        return signature
    }
}

/// The public half of a ``SigningKey``.
package struct VerificationKey: Sendable, Hashable {
    package static let length = 32

    package let bytes: [UInt8]

    /// - Returns: `nil` if `bytes` are not 32. Whether they are a point of the curve shows when they verify.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == VerificationKey.length else { return nil }
        self.bytes = bytes
    }

    fileprivate init(uncheckedBytes bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the key's other half signed exactly this message.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == SigningKey.signatureLength else { return false }
        Sodium.start()
        return crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }
}

extension VerificationKey: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package var description: String { bytes.withUnsafeBytes { Hex.string($0) } }
}
