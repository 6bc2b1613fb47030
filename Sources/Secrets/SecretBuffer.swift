#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A fixed run of bytes that is overwritten with zeros before its memory is freed.
///
/// Request bodies and the strings read from them live in such buffers, so that no credential outlives its request in
/// freed memory. The bytes are written once, by the initializer, and never change afterwards.
package final class SecretBuffer: @unchecked Sendable {
    // Safe to share: the memory is immutable from the end of `init` to `deinit`.
    private let memory: UnsafeMutableRawBufferPointer

    /// The length in bytes.
    package var count: Int { memory.count }

    /// The bytes, valid while the buffer lives; for the reading of slices that hold on to it.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    /// Allocates `count` zeroed bytes and lets `fill` write them.
    package init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        memory = .allocate(byteCount: count, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        try fill(memory)
    }

    /// Copies `bytes`. What they were copied from stays as it was.
    package convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    deinit {
        if let start = memory.baseAddress {
            explicit_bzero(start, memory.count)
        }
        memory.deallocate()
    }
}
