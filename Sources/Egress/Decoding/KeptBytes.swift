import Secrets

/// Bytes of a body that wait to be passed on, in memory that is zeroed.
struct KeptBytes {
    private var buffer: SecretBuffer?
    private var start = 0

    var isEmpty: Bool { buffer == nil }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        let rest = buffer?.bytes[start...]
        buffer = SecretBuffer(count: (rest?.count ?? 0) + bytes.count) { memory in
            if let rest { memory.copyBytes(from: rest) }
            UnsafeMutableRawBufferPointer(rebasing: memory[(rest?.count ?? 0)...]).copyMemory(from: bytes)
        }
        start = 0
    }

    /// Lends the bytes, and lets go of as many as were used.
    mutating func use(_ body: (UnsafeRawBufferPointer) -> Int) {
        let bytes = buffer.map { UnsafeRawBufferPointer(rebasing: $0.bytes[start...]) }
        start += body(bytes ?? UnsafeRawBufferPointer(start: nil, count: 0))
        if let buffer, start >= buffer.count {
            self.buffer = nil
            start = 0
        }
    }
}
