import Platform
import Secrets

/// Puts the chunks of a body together in memory that is zeroed before it is freed.
struct BodyCollector: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// The number of bytes allocated.
    var capacity: Int { memory.count }

    init() {
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    deinit {
        Self.free(memory)
    }

    /// The capacity that the body needs once `more` bytes have come: it doubles, and starts at 16 KiB, but it is never
    /// more than the body can become.
    func capacity(for more: Int, atMost bound: Int) -> Int {
        let needed = count + more
        guard needed > memory.count else { return memory.count }
        return max(needed, min(max(memory.count * 2, 16_384), bound))
    }

    /// Adds a chunk, for which `capacity` has room.
    mutating func append(_ chunk: UnsafeRawBufferPointer, capacity: Int) {
        if capacity > memory.count {
            let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
            grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
            Self.free(memory)
            memory = grown
        }
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: chunk)
        count += chunk.count
    }

    /// The body so far.
    func collected() -> SecretBuffer {
        SecretBuffer(copying: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    private static func free(_ memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress else { return }
        explicit_bzero(start, memory.count)
        memory.deallocate()
    }
}
