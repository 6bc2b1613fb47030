/// The SHA-256 digest of a key or a token: all that is kept of one.
package struct KeyDigest: Sendable, Hashable {
    /// The 32 bytes, as four big-endian words.
    package let words: SIMD4<UInt64>

    package init(words: SIMD4<UInt64>) {
        self.words = words
    }
}

extension KeyDigest: Comparable {
    /// The order of their bytes.
    package static func < (first: KeyDigest, second: KeyDigest) -> Bool {
        for index in 0..<4 where first.words[index] != second.words[index] {
            return first.words[index] < second.words[index]
        }
        return false
    }
}
