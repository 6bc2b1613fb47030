/// The SHA-256 digest of an API key or an application key: all that is kept of one.
package struct KeyDigest: Sendable, Hashable {
    /// The 32 bytes, as four big-endian words.
    package let words: SIMD4<UInt64>

    package init(words: SIMD4<UInt64>) {
        self.words = words
    }
}
