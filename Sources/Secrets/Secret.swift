/// A credential's value: it never prints itself, and its memory is zeroed when the last copy goes.
public struct Secret: Sendable {
    @usableFromInline let buffer: SecretBuffer
    @usableFromInline let range: Range<Int>

    /// The length in bytes.
    @inlinable public var count: Int { range.count }

    /// A secret that is part of a larger buffer, which it keeps alive.
    @inlinable
    public init(_ buffer: SecretBuffer, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count, "a secret lies within its buffer")
        self.buffer = buffer
        self.range = range
    }

    /// A secret that is a whole buffer.
    @inlinable
    public init(_ buffer: SecretBuffer) {
        self.init(buffer, range: 0..<buffer.count)
    }

    /// Copies `bytes`. What they were copied from stays as it was.
    @inlinable
    public init(copying bytes: some Collection<UInt8>) {
        let buffer = SecretBuffer(count: bytes.count) { $0.copyBytes(from: bytes) }
        self.init(buffer)
    }

    /// Its first `count` bytes, or all if it has fewer.
    public func prefix(_ count: Int) -> Secret {
        Secret(buffer, range: range.prefix(count))
    }

    /// Lends the bytes. They must not be kept: copies of them are not zeroed.
    @inlinable
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]))
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Nothing of it.
    public var description: String { "<redacted>" }
    /// Nothing of it.
    public var debugDescription: String { "<redacted>" }
    /// Nothing of it.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
