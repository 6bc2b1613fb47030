import CZlib
import Synchronization

/// The memory of all decoders: windows of the last that was read, so it is zeroed when it is freed, and bounded.
enum DecoderMemory {
    /// The most that decoders may hold together, in bytes: a window takes up to 16 MiB with `br`, and 8 MiB with
    /// `zstd`.
    private static let limit = 512 * 1_024 * 1_024

    private static let used = Atomic<Int>(0)

    /// - Returns: `nil` beyond the limit too.
    static func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        guard used.add(count, ordering: .relaxed).newValue <= limit, let start = ZeroedHeap.allocate(count) else {
            used.subtract(count, ordering: .relaxed)
            return nil
        }
        return start
    }

    static func free(_ start: UnsafeMutableRawPointer?) {
        guard let start else { return }
        used.subtract(ZeroedHeap.length(of: start), ordering: .relaxed)
        ZeroedHeap.free(start)
    }

    /// The same for zlib, whose declarations of old take no `size_t`.
    static func use(for stream: inout z_stream) {
        stream.zalloc = { _, number, size in DecoderMemory.allocate(Int(number) * Int(size)) }
        stream.zfree = { _, start in DecoderMemory.free(start) }
    }
}
