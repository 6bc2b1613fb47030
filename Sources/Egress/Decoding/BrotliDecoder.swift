import CBrotli

/// Undoes `br` (RFC 7932).
final class BrotliDecoder: ContentDecoder {
    private let state: OpaquePointer
    private let piece = DecodedPiece()
    private var hasStarted = false
    private var hasEnded = false

    var isComplete: Bool { hasEnded || !hasStarted }

    let isSettled = true

    init?() {
        guard
            let state = BrotliDecoderCreateInstance(
                { _, count in DecoderMemory.allocate(count) },
                { _, start in DecoderMemory.free(start) },
                nil
            )
        else { return nil }
        self.state = state
    }

    deinit {
        BrotliDecoderDestroyInstance(state)
    }

    func decode(
        _ input: UnsafeRawBufferPointer,
        pieces bytes: Int,
        receive: (UnsafeRawBufferPointer) -> Bool
    ) -> DecodingProgress {
        var next = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var available = input.count
        if !input.isEmpty { hasStarted = true }
        // What follows the end is left out, as it is after gzip.
        while !hasEnded {
            var output = piece.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            var room = bytes
            let result = BrotliDecoderDecompressStream(state, &available, &next, &room, &output, nil)
            hasEnded = result == BROTLI_DECODER_RESULT_SUCCESS
            if result == BROTLI_DECODER_RESULT_ERROR { return .malformed }
            let isWanted = room == bytes || receive(UnsafeRawBufferPointer(rebasing: piece.bytes[..<(bytes - room)]))
            if result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT { return .taken }
            if !isWanted { return .stopped(used: input.count - available) }
        }
        return .taken
    }
}
