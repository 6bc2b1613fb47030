import Platform

/// A fixed run of bytes that is overwritten with zeros before its memory is freed.
///
/// Request bodies and the strings read from them live in such buffers, so that no credential outlives its request in
/// freed memory. The bytes are written once, by the initializer, and never change afterwards.
///
/// Public, as ``Secret`` is, so that uses of it are compiled where they stand: what is generic and of the package alone
/// is called as it is, by metadata.
public final class SecretBuffer: @unchecked Sendable {
    // Safe to share: the memory is immutable from the end of `init` to `deinit`.
    @usableFromInline let memory: UnsafeMutableRawBufferPointer

    /// The length in bytes.
    @inlinable public var count: Int { memory.count }

    /// The bytes, valid while the buffer lives; for the reading of slices that hold on to it.
    @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    /// Allocates `count` zeroed bytes and lets `fill` write them.
    @inlinable
    public init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        memory = .allocate(byteCount: count, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        try fill(memory)
    }

    /// Copies `bytes`. What they were copied from stays as it was.
    @inlinable
    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    deinit {
        if let start = memory.baseAddress {
            explicit_bzero(start, memory.count)
        }
        memory.deallocate()
    }
}
