import CSodium

/// A 256-bit key that seals with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): what it seals is secret, and neither
/// it nor its associated data can be altered unnoticed.
///
/// The key only borrows its bytes, so that their owner decides where they lie and zeroes them: it must not outlive the
/// call that lends them.
///
/// A sealed box is the nonce (24 bytes), the ciphertext (as long as the plaintext) and the tag (16 bytes).
package struct SealingKey {
    package static let length = 32
    package static let nonceLength = 24
    private static let tagLength = 16
    /// By how many bytes a box is longer than its content.
    package static let overhead = nonceLength + tagLength

    private let bytes: UnsafePointer<UInt8>

    /// - Parameter bytes: The 32 bytes of the key.
    package init(borrowing bytes: UnsafeRawBufferPointer) {
        guard bytes.count == SealingKey.length, let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
            preconditionFailure("a sealing key has 32 bytes")
        }
        self.bytes = start
    }

    /// Seals `plaintext` into `box`.
    ///
    /// - Parameters:
    ///   - plaintext: The bytes to seal, possibly none.
    ///   - nonce: 24 random bytes, never used before. Drawn at random they never repeat, however many there are.
    ///   - associatedData: What the box belongs to: it opens only where the same is given.
    ///   - box: Room for the plaintext and ``overhead`` more bytes.
    package func seal(
        _ plaintext: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer,
        associatedData: UnsafeRawBufferPointer,
        into box: UnsafeMutableRawBufferPointer
    ) {
        precondition(nonce.count == SealingKey.nonceLength, "a nonce has 24 bytes")
        precondition(box.count == plaintext.count + SealingKey.overhead, "a box fits its content")
        Sodium.start()
        box.copyMemory(from: nonce)
        guard let start = box.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        // It fails for no input: the lengths are right.
        _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
            start + SealingKey.nonceLength,
            nil,
            plaintext.assumingMemoryBound(to: UInt8.self).baseAddress,
            UInt64(plaintext.count),
            associatedData.assumingMemoryBound(to: UInt8.self).baseAddress,
            UInt64(associatedData.count),
            nil,
            start,
            bytes
        )
    }

    /// Opens `box` into `plaintext`.
    ///
    /// - Parameters:
    ///   - box: A sealed box.
    ///   - associatedData: What was given when it was sealed.
    ///   - plaintext: ``overhead`` fewer bytes than `box`.
    /// - Returns: `false` if the box is not authentic: it, the associated data or the key are not those of the
    ///   sealing. Nothing is revealed then.
    package func open(
        _ box: UnsafeRawBufferPointer,
        associatedData: UnsafeRawBufferPointer,
        into plaintext: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard box.count >= SealingKey.overhead, let start = box.assumingMemoryBound(to: UInt8.self).baseAddress else {
            return false
        }
        precondition(plaintext.count == box.count - SealingKey.overhead, "the plaintext fits its box")
        Sodium.start()
        let status = crypto_aead_xchacha20poly1305_ietf_decrypt(
            plaintext.assumingMemoryBound(to: UInt8.self).baseAddress,
            nil,
            nil,
            start + SealingKey.nonceLength,
            UInt64(box.count - SealingKey.nonceLength),
            associatedData.assumingMemoryBound(to: UInt8.self).baseAddress,
            UInt64(associatedData.count),
            start,
            bytes
        )
        return status == 0
    }
}
