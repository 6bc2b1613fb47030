import Cryptography

/// Random bytes drawn at once, handed out nonce by nonce.
struct NonceSupply {
    private var rest: Slice<UnsafeRawBufferPointer>

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes[...]
    }

    /// A nonce that was never handed out before. Asking for more than were drawn is a programming error.
    mutating func next() -> UnsafeRawBufferPointer {
        precondition(rest.count >= SealingKey.nonceLength, "nonces are drawn for all that is sealed")
        defer { rest = rest.dropFirst(SealingKey.nonceLength) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(SealingKey.nonceLength))
    }
}
