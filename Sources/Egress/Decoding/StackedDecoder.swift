/// Undoes one coding and then another.
final class StackedDecoder: ContentDecoder {
    private let outer: any ContentDecoder
    private let inner: any ContentDecoder
    /// The bytes that the outer decoder passed on, and the inner one has not used.
    private var between = KeptBytes()
    /// Whether the inner decoder may have more to pass on.
    private var innerHasMore = false

    init(outer: any ContentDecoder, inner: any ContentDecoder) {
        self.outer = outer
        self.inner = inner
    }

    var isComplete: Bool { outer.isComplete && inner.isComplete && between.isEmpty }

    var isSettled: Bool { outer.isSettled && inner.isSettled && between.isEmpty && !innerHasMore }

    func decode(
        _ input: UnsafeRawBufferPointer,
        pieces bytes: Int,
        receive: (UnsafeRawBufferPointer) -> Bool
    ) -> DecodingProgress {
        var isMalformed = false
        var isWanted = true
        /// - Returns: The number of bytes that were used.
        func decodeInner(_ piece: UnsafeRawBufferPointer) -> Int {
            let progress = inner.decode(piece, pieces: bytes) { piece in
                isWanted = receive(piece)
                return isWanted
            }
            switch progress {
            case .taken:
                innerHasMore = false
                return piece.count
            case .stopped(let used):
                innerHasMore = true
                return used
            case .malformed:
                isMalformed = true
                return piece.count
            }
        }

        if innerHasMore {
            between.use(decodeInner)
            if isMalformed { return .malformed }
            if innerHasMore || !isWanted { return .stopped(used: 0) }
        }
        let progress = outer.decode(input, pieces: CurlExchange.pieceBytes) { piece in
            let used = decodeInner(piece)
            between.append(UnsafeRawBufferPointer(rebasing: piece[used...]))
            return isWanted && !innerHasMore && !isMalformed
        }
        if isMalformed { return .malformed }
        if case .taken = progress, innerHasMore { return .stopped(used: input.count) }
        return progress
    }
}
