import CZlib

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Decodes a body coded by `gzip` or `deflate` (RFC 9110, section 8.4.1), a piece at a time.
///
/// libcurl could do it, but not stop in the middle: what a piece unfolds to, perhaps a thousand times its size, it would
/// keep while we pause.
final class BodyDecoder {
    enum Progress {
        /// All that was given is used.
        case taken
        /// The receiver wants no more for now; so many bytes were used, and something may be left to hand on.
        case stopped(used: Int)
        case malformed
    }

    private static let pieceBytes = 16_384
    private let stream: UnsafeMutablePointer<z_stream>
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
    private let isGzip: Bool
    private var hasStarted = false
    private var hasEnded = false

    /// Whether the body may end here: before its first byte, or after its last.
    var isComplete: Bool { hasEnded || !hasStarted }

    init?(isGzip: Bool) {
        self.isGzip = isGzip
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // The largest window; 16 more stand for gzip's header in place of zlib's.
        guard keyway_inflate_start(stream, isGzip ? 31 : 15) == Z_OK else { return nil }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        if let start = piece.baseAddress { explicit_bzero(start, piece.count) }
        piece.deallocate()
    }

    /// Decodes `input` until it is used or `receive` answers that it wants no more.
    func decode(_ input: UnsafeRawBufferPointer, receive: (UnsafeRawBufferPointer) -> Bool) -> Progress {
        // zlib's own declaration lacks a const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(input.count)
        while true {
            if hasEnded, stream.pointee.avail_in > 0 {
                // Members of gzip may follow each other.
                guard isGzip, inflateReset(stream) == Z_OK else { return .malformed }
                hasEnded = false
            }
            stream.pointee.next_out = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(piece.count)
            let code = hasEnded ? Z_STREAM_END : inflate(stream, Z_NO_FLUSH)
            // Without input there is nothing to do, which is no error.
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { return .malformed }
            if !input.isEmpty { hasStarted = true }
            hasEnded = code == Z_STREAM_END
            let count = piece.count - Int(stream.pointee.avail_out)
            if count > 0, !receive(UnsafeRawBufferPointer(rebasing: piece[..<count])) {
                return .stopped(used: input.count - Int(stream.pointee.avail_in))
            }
            if count < piece.count, stream.pointee.avail_in == 0 { return .taken }
        }
    }
}
