import CCurl
import NetworkTypes
import Platform
import Secrets
import Threads

/// An easy handle of libcurl and what stands around it, for one transfer, on the client's thread alone.
///
/// A handle is not used again: until its next transfer it would keep what it read last, and all headers of it.
final class CurlExchange {
    let handle: UnsafeMutableRawPointer
    let settings: ExchangeSettings
    var transfer: Transfer?
    /// Why we ended the transfer, where libcurl only knows that we did.
    var failure: EgressError?
    var isPaused = false
    /// When something must have happened, by ``MonotonicClock``.
    var deadline = UInt64.max
    /// When the transfer must have ended.
    private var lastMoment = UInt64.max
    /// Where the client keeps it.
    var position = 0
    /// How the transfer ended as libcurl has it.
    var result: CURLcode?
    /// Whether it is among those that wait for a turn, or have stopped.
    var isWaiting = false
    var isNoted = false

    var request: EncodedRequest?
    /// How long the response may take to begin, and between two pieces of it.
    var timeouts: (firstByte: UInt64, idle: UInt64) = (.max, .max)
    var head: ResponseHeadReader
    /// The length of the body so far, as it came and as it was passed on.
    var arrived = 0
    var answered = 0
    var decoder: (any ContentDecoder)?
    /// Follows a coded body for a receiver that wants it as it came, too.
    var progress: CodedProgress?
    /// How much of the body is to come where libcurl does not heed its length.
    var ownLength: Int?
    /// The part of the body that came and was not passed on yet.
    var kept = KeptBytes()
    /// Whether the decoder may have more to pass on without being given anything.
    var decoderHasMore = false
    /// Whether libcurl was told to read no more for now.
    var isHeld = false
    /// The longest piece that is passed on, in bytes: a short one where that takes its time.
    var longestPiece = pieceBytes
    let turns: Turns
    private var sent = 0
    /// Whether libcurl waits for more of the request's body.
    var waitsForUpload = false
    /// The response of a third party that breaks the connection while a body is sent to it.
    var lastWords: LastWords?
    var hasAsked = false
    /// Why an address was refused, and whether another was not.
    var refusedAddress: String?
    var hasOpenedSocket = false
    private let message: UnsafeMutablePointer<CChar>

    /// How much libcurl reads at once, at most.
    static let pieceBytes = 16_384
    static let shortPieceBytes = 4_096

    init?(settings: ExchangeSettings, turns: Turns) {
        guard let handle = settings.makeHandle() else { return nil }
        self.handle = handle
        self.settings = settings
        self.turns = turns
        head = ResponseHeadReader(limit: settings.headerBytes)
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard keyway_curl_set_context(handle, context, message) == CURLE_OK else { return nil }
    }

    deinit {
        curl_easy_cleanup(handle)
        message.deallocate()
    }

    // MARK: Beginning and end

    /// Makes the handle ready for a request.
    ///
    /// - Returns: Whether there was memory for it.
    func begin(_ transfer: Transfer, _ request: EncodedRequest) -> Bool {
        self.transfer = transfer
        self.request = request
        transfer.exchange = self
        timeouts = settings.timeouts(of: request)
        let now = MonotonicClock.now()
        deadline = now + settings.connectTimeout + timeouts.firstByte
        lastMoment = settings.totalTimeout(of: request).map { now + $0 } ?? .max
        let body = request.body
        let bytes = body?.bytes.baseAddress ?? UnsafeRawPointer(request.target)
        return keyway_curl_set_pointer(handle, CURLOPT_URL, request.url) == CURLE_OK
            && keyway_curl_set_pointer(handle, CURLOPT_REQUEST_TARGET, request.target) == CURLE_OK
            && keyway_curl_set_number(handle, CURLOPT_HTTPGET, 1) == CURLE_OK
            && (!request.isHead || keyway_curl_set_number(handle, CURLOPT_NOBODY, 1) == CURLE_OK)
            && (body.map { body in
                keyway_curl_set_length(handle, CURLOPT_POSTFIELDSIZE_LARGE, body.count) == CURLE_OK
                    && keyway_curl_set_pointer(handle, CURLOPT_POSTFIELDS, bytes) == CURLE_OK
            } ?? true)
            && (request.upload.map { prepare($0, of: transfer) } ?? true)
            && keyway_curl_set_pointer(handle, CURLOPT_CUSTOMREQUEST, request.method) == CURLE_OK
            && keyway_curl_set_pointer(handle, CURLOPT_HTTPHEADER, request.headers) == CURLE_OK
    }

    /// Lets go of the transfer, which holds the exchange. To be called when no multi handle has the easy one.
    func end() {
        transfer = nil
        deadline = .max
        lastMoment = .max
    }

    /// Passes on what was read of a head that will not be complete: the request may have been carried out, so its
    /// status must not be lost.
    func reportStatus(before error: EgressError) {
        guard error != .cancelled, error != .stopped, let answer = head.incomplete else { return }
        _ = transfer?.receiver?.received(answer)
    }

    /// Translates the end of a transfer for its receiver.
    func error(for code: CURLcode) -> EgressError? {
        if let failure { return failure }
        // We end it where its length does, which libcurl does not heed.
        let code = ownLength == 0 && code == CURLE_WRITE_ERROR ? CURLE_OK : code
        if let refusedAddress, !hasOpenedSocket, code == CURLE_COULDNT_CONNECT {
            return .refusedAddress(refusedAddress)
        }
        if code == CURLE_OK, let ownLength, ownLength > 0 { return .malformedResponse("it is shorter than it says") }
        if code == CURLE_OK, decoder?.isComplete == false {
            return .malformedResponse("it ended within its content coding")
        }
        // To libcurl, a head may end with the connection.
        if code == CURLE_OK, !head.isComplete { return .malformedResponse("it ended within its head") }
        // A line of more than 100 KiB is more than libcurl keeps of a head, whatever our own limit.
        if hasAsked, !head.isComplete, code == CURLE_OUT_OF_MEMORY { return .headersTooLarge }
        return EgressError(code, details: String(cString: message))
    }

    // MARK: Time

    /// Whether nothing has happened for too long.
    func isOverdue(at now: UInt64) -> Bool {
        if lastMoment <= now { return true }
        noteProgress(at: now)
        return !isPaused && !isBehind && deadline < now
    }

    /// Gives a long request its time: that for the response begins when the last of it was written.
    private func noteProgress(at now: UInt64) {
        guard request?.body != nil || upload != nil else { return }
        let sent = keyway_curl_sent(handle)
        guard sent > self.sent else { return }
        self.sent = sent
        if deadline != .max { deadline = max(deadline, now + timeouts.firstByte) }
    }

    /// Goes on after a pause.
    func resume() {
        isPaused = false
        deadline = MonotonicClock.now() + timeouts.idle
    }

    func obey(_ demand: Demand, at now: UInt64) -> Bool {
        switch demand {
        case .more, .moreAsCoded:
            if case .moreAsCoded = demand { progress = CodedProgress() }
            deadline = now + timeouts.idle
        case .pause:
            isPaused = true
        case .cancel:
            if failure == nil { failure = .cancelled }
        }
        return failure == nil
    }
}
