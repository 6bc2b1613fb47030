import CSodium

/// Key bytes in memory of their own: between guard pages, kept out of swap and core dumps where the system allows it,
/// read-only once written, zeroed when freed.
///
/// Making and freeing one costs tens of microseconds and some pages: it is for keys that live as long as the process,
/// not for a request's.
package final class LockedMemory: @unchecked Sendable {
    // Safe to share: the memory is written by `init` only, which then has the system refuse further writes, and it is
    // freed by `deinit`, when nobody can hold a reference any more.
    private let memory: UnsafeMutableRawBufferPointer

    /// The length in bytes.
    package var count: Int { memory.count }

    /// Allocates `count` bytes and lets `fill` write all of them.
    package init<Failure: Error>(
        count: Int,
        fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        Sodium.start()
        // A server that cannot hold its master keys safely must not go on with them elsewhere.
        guard let start = sodium_malloc(count) else { fatalError("no locked memory is left for a key") }
        memory = UnsafeMutableRawBufferPointer(start: start, count: count)
        // `deinit` frees the memory if `fill` throws: all properties are set by now.
        try fill(memory)
        let status = sodium_mprotect_readonly(start)
        precondition(status == 0, "the system refuses to write-protect a key")
    }

    /// Allocates memory filled with random bytes.
    package convenience init(randomCount count: Int) {
        self.init(count: count) { RandomBytes.fill($0) }
    }

    /// Lends the bytes. They must not be kept: copies of them are not zeroed.
    package func withBytes<Success, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Success
    ) throws(Failure) -> Success {
        try body(UnsafeRawBufferPointer(memory))
    }

    deinit {
        sodium_free(memory.baseAddress)
    }
}

extension LockedMemory: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
