/// A SHA-256 digest: 32 bytes, held in place.
package struct Digest: Sendable, Hashable {
    package static let length = 32

    // The bytes in their order, whatever the order of bytes within a word is here.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// A digest of 32 zero bytes, for the start of a chain.
    package static let zero = Digest(words: (0, 0, 0, 0))

    init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (first, second, third, fourth) = words
    }

    /// Takes the bytes of a stored digest.
    ///
    /// - Returns: `nil` if `bytes` are not 32.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Digest.length else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
        self.init(words: words)
    }

    /// Lends the 32 bytes.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBytes(of: self, body)
    }

    /// A copy of the 32 bytes.
    package var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}

extension Digest: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package var description: String { withBytes { Hex.string($0) } }
}
