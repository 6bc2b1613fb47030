import CCurl
import Threads

// The body of the response, as it comes and as it is passed on.
extension CurlExchange {
    /// Whether something came of the body that was not passed on yet.
    var isBehind: Bool { !kept.isEmpty || decoderHasMore }

    /// - Returns: Whether to go on.
    func receivedBody(_ piece: UnsafeRawBufferPointer) -> Bool {
        let piece = UnsafeRawBufferPointer(rebasing: piece.prefix(ownLength ?? piece.count))
        ownLength = ownLength.map { $0 - piece.count }
        // A coded body may go on without unfolding to anything.
        arrived += piece.count
        guard arrived <= settings.answerBytes || decoder == nil else {
            failure = .responseTooLarge
            return false
        }
        let used = isPaused || isBehind ? 0 : handOn(piece)
        kept.append(UnsafeRawBufferPointer(rebasing: piece[used...]))
        return failure == nil && ownLength != 0 && holdIfNeeded()
    }

    /// Has libcurl read no more while the receiver pauses, or something is left to pass on. To be called by what
    /// libcurl calls.
    func holdIfNeeded() -> Bool {
        guard result == nil, isPaused || isBehind else { return true }
        turns.note(self)
        guard !isHeld else { return true }
        isHeld = true
        return curl_easy_pause(handle, CURLPAUSE_RECV) == CURLE_OK
    }

    /// Has libcurl read on when everything was passed on. What it had read meanwhile, a buffer or two, comes at once.
    ///
    /// - Returns: What ended the transfer, if something did.
    func goOnReading() -> CURLcode {
        guard isHeld else { return CURLE_OK }
        isHeld = false
        return curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    /// Passes on what was kept, as much as there is time for in this round.
    func takeTurn() {
        kept.use { handOn($0) }
    }

    /// Passes on bytes of the body until the round ends, the receiver pauses, or there is an error.
    ///
    /// - Returns: How many of them were used.
    private func handOn(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let decoder else {
            var used = 0
            while used < bytes.count, turns.isOpen, !isPaused, failure == nil {
                let piece = bytes[used..<min(used + longestPiece, bytes.count)]
                used += piece.count
                pass(UnsafeRawBufferPointer(rebasing: piece))
            }
            return used
        }
        guard turns.isOpen else { return 0 }
        decoderHasMore = true
        let result = decoder.decode(bytes, pieces: longestPiece) { piece in
            progress?.hasText = true
            pass(piece)
            return turns.isOpen && !isPaused && failure == nil
        }
        guard failure == nil else { return bytes.count }
        switch result {
        case .taken:
            decoderHasMore = false
            passCoded(bytes, isUsed: true, by: decoder)
            return bytes.count
        case .stopped(let used):
            passCoded(UnsafeRawBufferPointer(rebasing: bytes[..<used]), isUsed: false, by: decoder)
            return used
        case .malformed:
            failure = .malformedResponse("its content coding is not kept to")
            return bytes.count
        }
    }

    /// Passes on what was decoded, or taken to be decoded, as it came.
    private func passCoded(_ piece: UnsafeRawBufferPointer, isUsed: Bool, by decoder: any ContentDecoder) {
        guard var progress, let receiver = transfer?.receiver else { return }
        let before = progress.decoded
        progress.take(piece.count, isUsed: isUsed, isSettled: decoder.isSettled)
        self.progress = progress
        guard !piece.isEmpty || progress.decoded != before else { return }
        _ = obey(receiver.receivedCoded(piece, decoded: progress.decoded), at: MonotonicClock.now())
    }

    private func pass(_ piece: UnsafeRawBufferPointer) {
        answered += piece.count
        guard answered <= settings.answerBytes else {
            failure = .responseTooLarge
            return
        }
        guard let receiver = transfer?.receiver else { return }
        let start = MonotonicClock.now()
        let demand = receiver.received(piece)
        let now = MonotonicClock.now()
        if turns.count(piece.count, nanoseconds: now - start) { longestPiece = Self.shortPieceBytes }
        _ = obey(demand, at: now)
    }
}
