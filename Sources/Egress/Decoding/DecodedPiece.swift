import Platform

/// The memory into which a decoder writes what it passes on next: as long as the longest piece, and overwritten in the
/// end.
final class DecodedPiece {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: CurlExchange.pieceBytes, alignment: 16)

    deinit {
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        bytes.deallocate()
    }
}
