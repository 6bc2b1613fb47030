import CZstd

/// Undoes `zstd` (RFC 8878), of one frame or several.
final class ZstandardDecoder: ContentDecoder {
    private let stream: OpaquePointer
    private let piece = DecodedPiece()
    private var hasStarted = false
    /// How many frames have come to their ends.
    private var ended = 0
    private var isAtFrameEnd = false
    /// Whether anything was passed on of the frame that is read.
    private var hasOutput = false
    private var mayHaveMore = false
    /// Whether what follows is no frame any more, and is left out as it is after gzip.
    private var isPastEnd = false

    /// The largest window that a content coding may ask of a reader: 8 MiB (RFC 9659).
    private static let windowBits: Int32 = 23

    var isComplete: Bool { !hasStarted || isAtFrameEnd || isPastEnd || (ended > 0 && !hasOutput) }

    /// A block is passed on when its last byte has come.
    var isSettled: Bool { (isAtFrameEnd || isPastEnd) && !mayHaveMore }

    init?() {
        guard
            let stream = keyway_zstd_start(
                { _, count in DecoderMemory.allocate(count) },
                { _, start in DecoderMemory.free(start) },
                Self.windowBits
            )
        else { return nil }
        self.stream = stream
    }

    deinit {
        ZSTD_freeDStream(stream)
    }

    func decode(
        _ input: UnsafeRawBufferPointer,
        pieces bytes: Int,
        receive: (UnsafeRawBufferPointer) -> Bool
    ) -> DecodingProgress {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var isWanted = true
        while !isPastEnd {
            // Without anything to do, the library counts calls and fails.
            guard source.pos < source.size || mayHaveMore else { return .taken }
            guard isWanted else { return .stopped(used: source.pos) }
            var output = ZSTD_outBuffer(dst: piece.bytes.baseAddress, size: bytes, pos: 0)
            let isFirstOfFrame = isAtFrameEnd
            if source.pos < source.size {
                hasStarted = true
                if isFirstOfFrame { hasOutput = false }
            }
            let result = ZSTD_decompressStream(stream, &output, &source)
            if ZSTD_isError(result) != 0 {
                guard ended > 0, !hasOutput else { return .malformed }
                isPastEnd = true
                break
            }
            isAtFrameEnd = result == 0
            if isAtFrameEnd { ended += 1 }
            mayHaveMore = output.pos == bytes && !isAtFrameEnd
            if output.pos > 0 { hasOutput = true }
            isWanted = output.pos == 0 || receive(UnsafeRawBufferPointer(rebasing: piece.bytes[..<output.pos]))
        }
        mayHaveMore = false
        return .taken
    }
}
