import CZlib

/// Undoes `gzip` and `deflate` (RFC 9110, section 8.4.1).
final class InflateDecoder: ContentDecoder {
    private let stream: UnsafeMutablePointer<z_stream>
    private let piece = DecodedPiece()
    private let isGzip: Bool
    private var hasStarted = false
    private var isWithoutHeader = false
    private var hasEnded = false
    /// How many members of gzip, or streams of deflate, have come to their ends.
    private var ended = 0
    /// Whether what follows is no member of gzip any more, and is left out as browsers do.
    private var isPastEnd = false
    /// Whether anything was passed on of the member that is read.
    private var hasOutput = false

    /// The first byte of a body, where it came alone: without it a header can't be told from none.
    private var firstByte: UInt8?

    var isComplete: Bool { hasEnded || !hasStarted || isPastEnd || (ended > 0 && !hasOutput) }

    let isSettled = true

    init?(isGzip: Bool) {
        self.isGzip = isGzip
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        DecoderMemory.use(for: &stream.pointee)
        // The largest window; 16 more stand for gzip's header in place of zlib's.
        guard keyway_inflate_start(stream, isGzip ? 31 : 15) == Z_OK else { return nil }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func decode(
        _ input: UnsafeRawBufferPointer,
        pieces bytes: Int,
        receive: (UnsafeRawBufferPointer) -> Bool
    ) -> DecodingProgress {
        // zlib's own declaration lacks a const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(input.count)
        while true {
            if isPastEnd { return .taken }
            if hasEnded, stream.pointee.avail_in > 0 {
                // Members of gzip may follow each other.
                guard isGzip, inflateReset(stream) == Z_OK else {
                    isPastEnd = true
                    return .taken
                }
                hasEnded = false
                hasOutput = false
            }
            stream.pointee.next_out = piece.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(bytes)
            let code = hasEnded ? Z_STREAM_END : inflate(stream, Z_NO_FLUSH)
            // Without input there is nothing to do, which is no error.
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                if ended > 0, !hasOutput {
                    isPastEnd = true
                    return .taken
                }
                guard !isGzip, stream.pointee.total_in <= 2, ended == 0, beginWithoutHeader() else { return .malformed }
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                )
                stream.pointee.avail_in = UInt32(input.count)
                continue
            }
            if !hasStarted, input.count == 1 { firstByte = input[0] }
            if !input.isEmpty { hasStarted = true }
            if code == Z_STREAM_END, !hasEnded { ended += 1 }
            hasEnded = code == Z_STREAM_END
            let count = bytes - Int(stream.pointee.avail_out)
            if count > 0 { hasOutput = true }
            let isWanted = count == 0 || receive(UnsafeRawBufferPointer(rebasing: piece.bytes[..<count]))
            if count < bytes, stream.pointee.avail_in == 0 { return .taken }
            if !isWanted { return .stopped(used: input.count - Int(stream.pointee.avail_in)) }
        }
    }

    /// Reads `deflate` from its start, without the header that the standard asks for (RFC 9110, section 8.4.1.2), and
    /// that many leave out.
    private func beginWithoutHeader() -> Bool {
        guard !isWithoutHeader, inflateReset2(stream, -15) == Z_OK else { return false }
        isWithoutHeader = true
        guard var byte = firstByte else { return true }
        return withUnsafeMutablePointer(to: &byte) { byte in
            stream.pointee.next_in = byte
            stream.pointee.avail_in = 1
            // No symbol ends within eight bits: there is no output yet.
            return inflate(stream, Z_NO_FLUSH) == Z_OK
        }
    }
}
