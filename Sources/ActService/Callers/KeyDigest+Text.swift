package import Access
package import Cryptography

extension KeyDigest {
    /// The digest by which a key is known.
    package init(of key: String) {
        self.init(SHA256.digest(of: key))
    }

    package init(_ digest: Digest) {
        self = digest.withBytes { bytes in
            KeyDigest(
                words: SIMD4(
                    (0..<4).map { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
                )
            )
        }
    }
}
