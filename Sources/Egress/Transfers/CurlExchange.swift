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
    private(set) var transfer: Transfer?
    /// Why we ended the transfer, where libcurl only knows that we did.
    private(set) var failure: EgressError?
    private(set) var isPaused = false
    /// When something must have happened, by ``MonotonicClock``.
    private(set) var deadline = UInt64.max
    /// When the transfer must have ended.
    private var lastMoment = UInt64.max
    /// Where the client keeps it.
    var position = 0
    /// How the transfer ended as libcurl has it.
    var result: CURLcode?
    /// Whether it is among those that wait for a turn, or have stopped.
    var isWaiting = false
    var isNoted = false

    private var request: EncodedRequest?
    /// How long the response may take to begin, and between two pieces of it.
    private var timeouts: (firstByte: UInt64, idle: UInt64) = (.max, .max)
    private var head: ResponseHeadReader
    /// The length of the body so far, as it came and as it was handed on.
    private var arrived = 0
    private var answered = 0
    private var decoder: (any ContentDecoder)?
    /// Follows a coded body for a receiver that wants it as it came, too.
    private var progress: CodedProgress?
    /// How much of the body is to come where libcurl does not heed its length.
    private var ownLength: Int?
    /// The part of the body that came and was not handed on yet.
    private var kept = KeptBytes()
    /// Whether the decoder may have more to hand on without being given anything.
    private var decoderHasMore = false
    /// Whether libcurl was told to read no more for now.
    private var isHeld = false
    /// The longest piece that is handed on, in bytes: a short one where that takes its time.
    private var longestPiece = pieceBytes
    private let turns: Turns
    private var sent = 0
    /// Whether libcurl waits for more of the request's body.
    private var waitsForUpload = false
    /// The response of a third party that breaks the connection while a body is sent to it.
    private var lastWords: LastWords?
    private var hasAsked = false
    /// Why an address was refused, and whether another was not.
    private var refusedAddress: String?
    private var hasOpenedSocket = false
    private let message: UnsafeMutablePointer<CChar>

    /// How much libcurl reads at once, at most.
    static let pieceBytes = 16_384
    private static let shortPieceBytes = 4_096

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

    /// Hands on what was read of a head that will not be complete: the request may have been carried out, so its status
    /// must not be lost.
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

    // MARK: The request's body

    var upload: (any UploadSource)? { request?.upload }

    /// There is nothing of the body to send: the third party can't be expected to do anything.
    func waitForUpload() {
        waitsForUpload = true
        deadline = .max
    }

    /// Goes on sending in the next round.
    func waitForTurn() {
        waitsForUpload = true
        transfer?.goOnSending()
    }

    /// Whether the head of the response is there.
    var hasHead: Bool { head.isComplete }

    /// Hands on the response of a third party that has broken the connection, if it is there as a whole: the transfer
    /// has then not failed.
    func readLastWords() {
        guard
            failure == nil, result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR, upload != nil, !head.hasBegun,
            let response = lastWords?.response()
        else { return }
        result = CURLE_OK
        for line in response.head { guard receivedHeader(line) else { return } }
        if !response.body.isEmpty { _ = receivedBody(response.body) }
    }

    func fail(_ error: EgressError) {
        if failure == nil { failure = error }
    }

    /// There is more of the body, or an end of it.
    func goOnSending() {
        guard waitsForUpload else { return }
        waitsForUpload = false
        deadline = MonotonicClock.now() + timeouts.firstByte
        curl_easy_pause(handle, isHeld ? CURLPAUSE_RECV : CURLPAUSE_CONT)
    }

    private func obey(_ demand: Demand, at now: UInt64) -> Bool {
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

    // MARK: What libcurl reports

    /// A socket is to be opened for a connection to `address`.
    func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        let reason = reasonToRefuse(IPAddress(keyway_curl_address(address)))
        guard reason == nil else {
            refusedAddress = reason
            return -1
        }
        hasOpenedSocket = true
        let kind = address.pointee
        let socket = socket(kind.family, kind.socktype, kind.`protocol`)
        if socket >= 0 { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
        if upload != nil, request?.isSecure == false {
            lastWords = lastWords ?? LastWords()
            lastWords?.keep(socket)
        }
        return socket
    }

    /// The request is about to be sent over a connection to `address`, new or not.
    func mayAsk(_ address: UnsafePointer<CChar>) -> Bool {
        if let reason = reasonToRefuse(IPAddress(String(cString: address))) {
            failure = .refusedAddress(reason)
        } else if hasAsked, request?.isIdempotent != true, keyway_curl_written(handle) > 0 {
            // libcurl asks again when a kept connection turns out to be closed. Where it has written something, that
            // may have been read; where the connection was reset before, it has not.
            failure = .connectionFailed("the connection was closed before the response; the request was not repeated")
        }
        if failure == nil { transfer?.receiver?.requestLeaves() }
        hasAsked = true
        deadline = MonotonicClock.now() + timeouts.firstByte
        return failure == nil
    }

    private func reasonToRefuse(_ address: IPAddress?) -> String? {
        guard let address else { return "an address that is not of IP" }
        let addressGuard = request?.isForPublicHosts == true ? settings.publicAddressGuard : settings.addressGuard
        return addressGuard.refusal(of: address).map { "\(address), \($0)" }
    }

    /// - Returns: Whether to go on.
    func receivedHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        do throws(EgressError) {
            guard case .complete(let answer) = try head.read(line), let request, let receiver = transfer?.receiver
            else {
                // An interim response begins no final one that could be late while the caller's body stands still.
                if !isPaused, !waitsForUpload { deadline = MonotonicClock.now() + timeouts.idle }
                return true
            }
            do throws(EgressError) {
                decoder = try answer.bodyDecoder(forHead: request.isHead, atMost: settings.answerBytes)
            } catch {
                // The status first, whatever is wrong with what follows.
                failure = error
            }
            // libcurl sends no more after a refusal, but would wait for the rest of what it has paused to send.
            if answer.status >= 300 { goOnSending() }
            if !request.isHead { ownLength = answer.lengthBesideIdentity }
            return obey(receiver.received(answer), at: MonotonicClock.now()) && ownLength != 0 && holdIfNeeded()
        } catch {
            failure = error
            return false
        }
    }

    // MARK: The body

    /// Whether something came of the body that was not handed on yet.
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

    /// Has libcurl read no more while the receiver pauses, or something is left to hand on. To be called by what
    /// libcurl calls.
    private func holdIfNeeded() -> Bool {
        guard result == nil, isPaused || isBehind else { return true }
        turns.note(self)
        guard !isHeld else { return true }
        isHeld = true
        return curl_easy_pause(handle, CURLPAUSE_RECV) == CURLE_OK
    }

    /// Has libcurl read on when everything was handed on. What it had read meanwhile, a buffer or two, comes at once.
    ///
    /// - Returns: What ended the transfer, if something did.
    func goOnReading() -> CURLcode {
        guard isHeld else { return CURLE_OK }
        isHeld = false
        return curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    /// Hands on what was kept, as much as there is time for in this round.
    func takeTurn() {
        kept.use { handOn($0) }
    }

    /// Hands on bytes of the body until the round ends, the receiver pauses, or there is an error.
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

    /// Hands on what was decoded, or taken to be decoded, as it came.
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
