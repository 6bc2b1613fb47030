import CCurl
import Secrets
import Threads

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An easy handle of libcurl and what stands around it, for one transfer, on the client's thread alone.
///
/// A handle is not used again: until its next transfer it would keep what it read last, and all headers of it.
final class Exchange {
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
    private var head: AnswerHeadReader
    private var answered = 0
    private var decoder: BodyDecoder?
    /// What came of the body, and was not handed on yet.
    private var kept = KeptBytes()
    /// Whether the decoder may have more to hand on without being given anything.
    private var decoderHasMore = false
    /// Whether libcurl was told to read no more for now.
    private var isHeld = false
    /// The longest piece that is handed on, in bytes: a short one where that takes its time.
    private var longestPiece = pieceBytes
    private let turns: Turns
    private var sent = 0
    private var hasAsked = false
    /// Why an address was refused, and whether another was not.
    private var refusedAddress: String?
    private var hasOpenedSocket = false
    private let message: UnsafeMutablePointer<CChar>

    /// How much libcurl reads at once, at most.
    static let pieceBytes = 16_384
    private static let shortPieceBytes = 4_096

    init?(settings: ExchangeSettings, turns: Turns) {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.settings = settings
        self.turns = turns
        head = AnswerHeadReader(limit: settings.headerBytes)
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        var callbacks = Self.callbacks
        guard
            settings.apply(to: handle),
            keyway_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message) == CURLE_OK,
            keyway_curl_set_callbacks(handle, &callbacks, Unmanaged.passUnretained(self).toOpaque()) == CURLE_OK
        else { return nil }
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
        let now = MonotonicClock.now()
        deadline = now + settings.connectTimeout + settings.firstByteTimeout
        lastMoment = now + settings.totalTimeout
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

    /// What the end of a transfer means to its receiver.
    func error(for code: CURLcode) -> EgressError? {
        if let failure { return failure }
        if let refusedAddress, !hasOpenedSocket, code == CURLE_COULDNT_CONNECT {
            return .refusedAddress(refusedAddress)
        }
        if code == CURLE_OK, decoder?.isComplete == false {
            return .malformedAnswer("it ended within its content coding")
        }
        // To libcurl, a head may end with the connection.
        if code == CURLE_OK, !head.isComplete { return .malformedAnswer("it ended within its head") }
        // A line of more than 100 KiB is more than libcurl keeps of a head, whatever our own limit.
        if hasAsked, !head.isComplete, code == CURLE_OUT_OF_MEMORY { return .headersTooLarge }
        return EgressError(code, details: String(cString: message))
    }

    // MARK: Time

    /// Whether nothing has happened for too long.
    func isOverdue(at now: UInt64) -> Bool {
        if lastMoment <= now { return true }
        guard !isPaused, !isBehind, deadline < now else { return false }
        // A long request takes its time.
        let sent = keyway_curl_sent(handle)
        guard sent > self.sent else { return true }
        self.sent = sent
        deadline = now + settings.firstByteTimeout
        return false
    }

    /// Goes on after a pause.
    func resume() {
        isPaused = false
        deadline = MonotonicClock.now() + settings.idleTimeout
    }

    private func obey(_ demand: Demand, at now: UInt64) -> Bool {
        switch demand {
        case .more:
            deadline = now + settings.idleTimeout
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
        return socket
    }

    /// The request is about to be sent over a connection to `address`, new or not.
    func mayAsk(_ address: UnsafePointer<CChar>) -> Bool {
        if let reason = reasonToRefuse(IPAddress(String(cString: address))) {
            failure = .refusedAddress(reason)
        } else if hasAsked, request?.isIdempotent != true {
            // libcurl asks again when a kept connection turns out to be closed; the first request may have been read.
            failure = .connectionFailed("the connection was closed before the answer; the request was not repeated")
        }
        hasAsked = true
        deadline = MonotonicClock.now() + settings.firstByteTimeout
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
                if !isPaused { deadline = MonotonicClock.now() + settings.idleTimeout }
                return true
            }
            do throws(EgressError) {
                decoder = try answer.bodyDecoder(forHead: request.isHead, atMost: settings.answerBytes)
            } catch {
                // The status first, whatever is wrong with what follows.
                failure = error
            }
            return obey(receiver.received(answer), at: MonotonicClock.now()) && holdIfNeeded()
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
        let used = isPaused || isBehind ? 0 : handOn(piece)
        kept.append(UnsafeRawBufferPointer(rebasing: piece[used...]))
        return failure == nil && holdIfNeeded()
    }

    /// Has libcurl read no more while the receiver pauses, or something is left to hand on. To be called by what libcurl
    /// calls.
    private func holdIfNeeded() -> Bool {
        guard isPaused || isBehind else { return true }
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
        let progress = decoder.decode(bytes, pieces: longestPiece) { piece in
            pass(piece)
            return turns.isOpen && !isPaused && failure == nil
        }
        switch progress {
        case .taken:
            decoderHasMore = false
            return bytes.count
        case .stopped(let used):
            return used
        case .malformed:
            failure = .malformedAnswer("its content coding is not kept to")
            return bytes.count
        }
    }

    private func pass(_ piece: UnsafeRawBufferPointer) {
        answered += piece.count
        guard answered <= settings.answerBytes else {
            failure = .answerTooLarge
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
