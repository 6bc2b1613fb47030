import CSodium

/// Places of one length in locked memory, for keys that come and go: between guard pages, kept out of swap and core
/// dumps where the system allows it. Each is zeroed as it is erased, all of them as they are freed.
package final class LockedPlaces: @unchecked Sendable {
    // Safe to share under its owner's lock, which must be held for each call: the memory is allocated by `init`, freed
    // by `deinit`, and never moves.
    private let memory: UnsafeMutableRawBufferPointer
    private let length: Int

    package init(count: Int, length: Int) {
        Sodium.start()
        // As for one key: who cannot hold them safely must not go on with them elsewhere. It is called at the start.
        guard let start = sodium_malloc(count * length) else { fatalError("no locked memory is left for keys") }
        memory = UnsafeMutableRawBufferPointer(start: start, count: count * length)
        self.length = length
    }

    deinit {
        sodium_free(memory.baseAddress)
    }

    /// Copies a key to a place.
    package func write(_ bytes: UnsafeRawBufferPointer, to place: Int) {
        precondition(bytes.count == length, "keys have one length")
        self[place].copyMemory(from: bytes)
    }

    /// Copies the key at a place.
    package func read(_ place: Int, into bytes: UnsafeMutableRawBufferPointer) {
        bytes.copyMemory(from: UnsafeRawBufferPointer(self[place]))
    }

    package func erase(_ place: Int) {
        if let start = self[place].baseAddress { sodium_memzero(start, length) }
    }

    private subscript(place: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[place * length..<(place + 1) * length])
    }
}
