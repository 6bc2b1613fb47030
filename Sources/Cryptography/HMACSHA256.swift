import CSodium

/// HMAC-SHA-256 (RFC 2104): a code that only who knows the key can make.
package enum HMACSHA256 {
    package static let length = 32

    /// Writes the code of `message` to `output`, which has room for 32 bytes and may be where `key` lies.
    package static func write(
        _ message: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        to output: UnsafeMutableRawBufferPointer
    ) {
        precondition(output.count == length, "a code has 32 bytes")
        guard let output = output.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        var state = crypto_auth_hmacsha256_state()
        defer { sodium_memzero(&state, MemoryLayout.size(ofValue: state)) }
        // None of these fails for any input, and none needs a start of the library. An empty key has no address of its
        // own, and nothing is read where it lies.
        let keyStart = key.assumingMemoryBound(to: UInt8.self).baseAddress ?? UnsafePointer(output)
        _ = crypto_auth_hmacsha256_init(&state, keyStart, key.count)
        let message = message.assumingMemoryBound(to: UInt8.self)
        _ = crypto_auth_hmacsha256_update(&state, message.baseAddress, UInt64(message.count))
        _ = crypto_auth_hmacsha256_final(&state, output)
    }
}
