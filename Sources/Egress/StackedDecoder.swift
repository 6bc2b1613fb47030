/// Undoes one coding and then another.
final class StackedDecoder: ContentDecoder {
    private let outer: any ContentDecoder
    private let inner: any ContentDecoder
    /// The bytes that the outer decoder handed on, and the inner one has not used.
    private var between: [UInt8] = []
    /// Whether the inner decoder may have more to hand on.
    private var innerHasMore = false

    init(outer: any ContentDecoder, inner: any ContentDecoder) {
        self.outer = outer
        self.inner = inner
    }

    deinit { clear() }

    var isComplete: Bool { outer.isComplete && inner.isComplete && between.isEmpty }

    var isSettled: Bool { outer.isSettled && inner.isSettled && between.isEmpty && !innerHasMore }

    func decode(
        _ input: UnsafeRawBufferPointer,
        pieces bytes: Int,
        receive: (UnsafeRawBufferPointer) -> Bool
    ) -> DecodingProgress {
        var isMalformed = false
        var isWanted = true
        /// - Returns: Whether more is wanted, and none of it waits.
        func decodeInner(_ piece: UnsafeRawBufferPointer) -> Bool {
            let progress = inner.decode(piece, pieces: bytes) { piece in
                isWanted = receive(piece)
                return isWanted
            }
            switch progress {
            case .taken:
                innerHasMore = false
                clear()
                return isWanted
            case .stopped(let used):
                innerHasMore = true
                let rest = Array(piece[used...])
                clear()
                between = rest
                return false
            case .malformed:
                isMalformed = true
                return false
            }
        }

        if innerHasMore {
            let waiting = between
            let goesOn = waiting.withUnsafeBytes { decodeInner($0) }
            if isMalformed { return .malformed }
            if !goesOn { return .stopped(used: 0) }
        }
        let progress = outer.decode(input, pieces: Exchange.pieceBytes, receive: decodeInner)
        if isMalformed { return .malformed }
        if case .taken = progress, innerHasMore { return .stopped(used: input.count) }
        return progress
    }

    private func clear() {
        between.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
        between.removeAll()
    }
}
