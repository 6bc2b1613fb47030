import CSodium
package import Secrets

/// Base64 (RFC 4648), written in a time that does not depend on the bytes.
package enum Base64 {
    package enum Alphabet: Sendable {
        /// With `+`, `/` and padding (section 4).
        case standard
        /// With `-` and `_`, and without padding (section 5), as JSON web tokens have it.
        case urlSafe

        fileprivate var variant: Int32 {
            switch self {
            case .standard: Int32(sodium_base64_VARIANT_ORIGINAL)
            case .urlSafe: Int32(sodium_base64_VARIANT_URLSAFE_NO_PADDING)
            }
        }
    }

    /// The digits, in a buffer of their own.
    package static func encode(_ bytes: UnsafeRawBufferPointer, _ alphabet: Alphabet) -> SecretBuffer {
        // The library ends what it writes with a NUL, and counts it.
        let room = sodium_base64_encoded_len(bytes.count, alphabet.variant)
        return ScratchMemory.with(byteCount: room) { scratch in
            let digits = scratch.assumingMemoryBound(to: CChar.self)
            guard let start = digits.baseAddress else { return SecretBuffer(count: 0) { _ in } }
            let input = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            sodium_bin2base64(start, room, input, bytes.count, alphabet.variant)
            return SecretBuffer(copying: UnsafeRawBufferPointer(rebasing: scratch[..<strlen(digits)]))
        }
    }

    /// The bytes that the digits stand for, or `nil` if they are not exactly of that alphabet.
    package static func decode(_ digits: UnsafeRawBufferPointer, _ alphabet: Alphabet) -> SecretBuffer? {
        let room = digits.count / 4 * 3 + 3
        return ScratchMemory.with(byteCount: room) { scratch in
            var count = 0
            let start = digits.assumingMemoryBound(to: CChar.self).baseAddress
            guard let bytes = scratch.assumingMemoryBound(to: UInt8.self).baseAddress,
                sodium_base642bin(bytes, room, start, digits.count, nil, &count, nil, alphabet.variant) == 0
            else { return nil }
            return SecretBuffer(copying: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        }
    }

    /// The length of what the library wrote.
    private static func strlen(_ digits: UnsafeMutableBufferPointer<CChar>) -> Int {
        digits.firstIndex(of: 0) ?? digits.count
    }
}
