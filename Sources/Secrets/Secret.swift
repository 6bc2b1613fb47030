/// A credential's value: it never prints itself, and its memory is zeroed when the last copy goes.
package struct Secret: Sendable {
    private let buffer: SecretBuffer
    private let range: Range<Int>

    /// The length in bytes.
    package var count: Int { range.count }

    /// A secret that is part of a larger buffer, which it keeps alive.
    package init(_ buffer: SecretBuffer, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count, "a secret lies within its buffer")
        self.buffer = buffer
        self.range = range
    }

    /// A secret that is a whole buffer.
    package init(_ buffer: SecretBuffer) {
        self.init(buffer, range: 0..<buffer.count)
    }

    /// Copies `bytes`. What they were copied from stays as it was.
    package init(copying bytes: some Collection<UInt8>) {
        let buffer = SecretBuffer(count: bytes.count) { $0.copyBytes(from: bytes) }
        self.init(buffer)
    }

    /// Its first `count` bytes, or all if it has fewer.
    package func prefix(_ count: Int) -> Secret {
        Secret(buffer, range: range.prefix(count))
    }

    /// Lends the bytes. They must not be kept: copies of them are not zeroed.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]))
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
