import CSodium

/// Bytes that nobody can foresee, from the system's generator.
package enum RandomBytes {
    /// Overwrites `buffer`. One call for all that is needed is cheaper than several: each asks the kernel.
    package static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        Sodium.start()
        guard let start = buffer.baseAddress else { return }
        randombytes_buf(start, buffer.count)
    }

    /// Bytes for what need not be zeroed after use, such as a salt or an id.
    package static func array(count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }
}
