import CSodium

/// Memory for the length of one call, on the stack where it is small, and zeroed when the call ends.
package enum ScratchMemory {
    /// Lends `byteCount` bytes whose content is undefined, and zeroes them afterwards.
    package static func with<Success, Failure: Error>(
        byteCount: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Success
    ) throws(Failure) -> Success {
        // As a result value, because the standard function's errors are untyped in older toolchains.
        let result: Result<Success, Failure> = withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 16) {
            memory in
            defer {
                if let start = memory.baseAddress { sodium_memzero(start, memory.count) }
            }
            do throws(Failure) {
                return .success(try body(memory))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
