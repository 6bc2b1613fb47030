import CMicrohttpd
import NetworkTypes
import Platform
import Secrets
import Synchronization
import Threads

/// Carries a request from one of the engine's callbacks to the next: checks, body, handing over, response.
///
/// Safe to share: the state is atomic or has its own lock. The methods that take a connection's handle are called on
/// that connection's network thread.
final class Engine: Sendable {
    let limits: Limits
    let registry: ConnectionRegistry
    let peerWatch: PeerWatch
    private let isSecure: Bool
    private let singleHeaders: [StaticString]
    private let handler: any RequestHandler
    /// The memory that bodies of current requests take, in bytes.
    private let bufferedBytes = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)
    private let failing = Atomic<Bool>(false)

    init(
        limits: Limits,
        workers: Int,
        isSecure: Bool,
        singleHeaders: [StaticString],
        handler: any RequestHandler
    ) throws(HTTPServerError) {
        self.limits = limits
        self.isSecure = isSecure
        self.singleHeaders = singleHeaders
        self.handler = handler
        registry = ConnectionRegistry(limits: limits, workers: workers)
        peerWatch = try PeerWatch()
    }

    /// Whether every response closes its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Whether all requests are refused since the server is stopping.
    var isFailing: Bool { failing.load(ordering: .acquiring) }

    func startDraining() { draining.store(true, ordering: .relaxed) }

    func startFailing() { failing.store(true, ordering: .releasing) }

    // MARK: Connections

    /// - Returns: `nil` for a connection that was not accepted here.
    func opened(_ handle: OpaquePointer) -> Connection? {
        let socket = keyway_connection_socket(handle)
        let now = MonotonicClock.now()
        return registry.open(socket) { admission in
            Connection(
                engine: self,
                socket: socket,
                admission: admission,
                localEndpoint: LocalEndpoint(ofSocket: socket, isSecure: isSecure),
                deadline: deadline(afterSilenceFrom: now)
            )
        }
    }

    func closed(_ connection: Connection) {
        completed(on: connection, asIntended: false)
        peerWatch.forget(connection)
        if let tunnel = connection.tunnel { TunnelTable.shared.remove(tunnel, of: connection.socket) }
        registry.remove(connection)
    }

    /// When a request must have come that may begin at any time before the idle timeout.
    private func deadline(afterSilenceFrom now: UInt64) -> UInt64 {
        limits.requestTimeout == 0 || limits.idleTimeout == 0
            ? .max : now + UInt64(limits.idleTimeout + limits.requestTimeout) * 1_000_000_000
    }

    // MARK: Requests

    /// The request line is there.
    func started(_ target: UnsafeBufferPointer<UInt8>, on connection: Connection, handle: OpaquePointer) -> Request {
        let now = MonotonicClock.now()
        let request = Request(
            target: RequestTarget(target, longest: limits.targetBytes),
            on: connection,
            handle: handle,
            at: now
        )
        request.targetEnd = target.baseAddress.map { Int(bitPattern: $0) + target.count } ?? 0
        connection.lock { connection.current = request }
        if limits.requestTimeout != 0 {
            connection.deadline.store(now + UInt64(limits.requestTimeout) * 1_000_000_000, ordering: .relaxed)
        }
        return request
    }

    /// The headers are there. To answer now closes the connection, and nothing more is read from it.
    func receivedHeaders(
        of request: Request,
        handle: OpaquePointer,
        method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> MHD_Result {
        request.method = HTTPMethod(method)
        request.isOfVersion10 = strcmp(version, "HTTP/1.0") == 0
        let headers = HeaderInspection(
            of: handle,
            method: method,
            targetEnd: request.targetEnd,
            version: version,
            singleHeaders: singleHeaders
        )
        request.contentLength = headers.contentLength
        request.room = headers.roomForResponse(of: HTTPServer.connectionMemory)
        guard let refusal = refusal(of: request, headers, handle: handle, method: method, version: version) else {
            guard let length = headers.contentLength, length > limits.bodyBytes else {
                request.stage = .receiving
                return .YES
            }
            beginStream(of: request)
            // A client that waits to be told to go on is spared to send what nobody reads.
            if headers.expectsContinue, let answer = request.takeAnswerAtHand() {
                return send(answer, to: request, handle: handle)
            }
            return .YES
        }
        if refusal.isAboutFraming || !headers.hasBody || headers.expectsContinue
            || headers.contentLength ?? 0 > limits.discardedBodyBytes
        {
            return send(.refusal(refusal), to: request, handle: handle)
        }
        // A response before the client has sent its body would be lost with the connection.
        request.stage = .discarding(refusal)
        return .YES
    }

    private func refusal(
        of request: Request,
        _ headers: HeaderInspection,
        handle: OpaquePointer,
        method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> Refusal? {
        if let refusal = headers.refusal(inVersion: version) { return refusal }
        if let surplus = request.connection.surplus { return surplus }
        if let refusal = request.targetRefusal { return refusal }
        if keyway_request_header_size(handle) > limits.headerBytes || request.room.bytes < ResponseHeadSize.leastRoom {
            return .headersTooLarge
        }
        if case .other = request.method,
            !HeaderSyntax.isToken(UnsafeRawBufferPointer(start: method, count: strlen(method)))
        {
            return .malformedMethod
        }
        guard let length = headers.contentLength, length > limits.bodyBytes else { return nil }
        guard handler.takesBodyAsItComes(of: request) else { return .bodyTooLarge }
        guard length <= limits.streamedBodyBytes else { return .streamedBodyTooLarge }
        return isFailing ? .stopping : reserve(RequestBodyStream.share, for: request) ? nil : .bodyMemoryExhausted
    }

    /// Hands over a request whose body is taken as it comes, for which memory was reserved.
    private func beginStream(of request: Request) {
        let body = RequestBodyStream(of: request, length: request.contentLength)
        request.bodyStream = body
        request.stage = .streaming(body)
        if request.collector.count > 0 {
            let start = request.collector.collected()
            request.collector = BodyCollector()
            body.append(start.bytes)
        }
        request.connection.allowSecondsOfRequest()
        guard request.handOver() else { return }
        handler.handle(request, reply: Reply(to: request))
    }

    /// A piece of the body is there.
    ///
    /// - Returns: `NO` to break the connection.
    func received(_ chunk: UnsafeMutableRawBufferPointer, of request: Request) -> MHD_Result {
        request.received += chunk.count
        switch request.stage {
        case .receiving:
            if request.received > limits.bodyBytes {
                guard handler.takesBodyAsItComes(of: request), !isFailing else {
                    discard(request, .bodyTooLarge)
                    break
                }
                guard reserve(request.collector.count + RequestBodyStream.share, for: request) else {
                    discard(request, .bodyMemoryExhausted)
                    break
                }
                beginStream(of: request)
                take(UnsafeRawBufferPointer(chunk), of: request)
            } else if request.contentLength == chunk.count {
                if reserve(chunk.count, for: request) {
                    request.body = SecretBuffer(copying: UnsafeRawBufferPointer(chunk))
                } else {
                    discard(request, .bodyMemoryExhausted)
                }
            } else {
                let bound = request.contentLength ?? limits.bodyBytes
                let capacity = request.collector.capacity(for: chunk.count, atMost: bound)
                if reserve(capacity, for: request) {
                    request.collector.append(UnsafeRawBufferPointer(chunk), capacity: capacity)
                } else {
                    discard(request, .bodyMemoryExhausted)
                }
            }
        case .streaming:
            if isFailing { return .NO }
            take(UnsafeRawBufferPointer(chunk), of: request)
        case .discarding:
            if request.received > limits.discardedBodyBytes { return .NO }
        case .started, .handedOver:
            return .NO
        }
        // The engine's copy of what may be a credential.
        if let start = chunk.baseAddress { explicit_bzero(start, chunk.count) }
        return .YES
    }

    /// Gives a piece to who takes the body as it comes.
    private func take(_ chunk: UnsafeRawBufferPointer, of request: Request) {
        guard case .streaming(let body) = request.stage else { return }
        request.receivedInTime += chunk.count
        if request.receivedInTime >= limits.leastPerTimeout, body.isRead {
            request.receivedInTime = 0
            request.connection.allowSecondsOfRequest()
        }
        if request.received > limits.streamedBodyBytes {
            body.finish(.tooLong)
        } else {
            body.append(chunk)
        }
        // What had been collected before is read by now.
        if request.reserved > RequestBodyStream.share, body.heldBytes <= RequestBodyStream.share {
            release(request, downTo: RequestBodyStream.share)
        }
    }

    private func discard(_ request: Request, _ refusal: Refusal) {
        request.stage = .discarding(refusal)
        request.collector = BodyCollector()
        release(request)
    }

    /// The whole request is there, or its connection was resumed.
    func ready(_ request: Request, handle: OpaquePointer) -> MHD_Result {
        switch request.stage {
        case .receiving:
            if request.collector.count > 0 {
                request.body = request.collector.collected()
                request.collector = BodyCollector()
            }
            request.connection.deadline.store(.max, ordering: .relaxed)
            if isFailing { return send(.refusal(.stopping), to: request, handle: handle) }
            if request.handOver() { handler.handle(request, reply: Reply(to: request)) }
        case .streaming(let body):
            request.connection.deadline.store(.max, ordering: .relaxed)
            request.stage = .handedOver
            body.finish(.end)
        case .discarding(let refusal):
            return send(.refusal(refusal), to: request, handle: handle)
        case .handedOver:
            break
        case .started:
            return .NO
        }
        guard let answer = request.takeAnswer() else { return .YES }
        return send(answer, to: request, handle: handle)
    }

    /// The request was answered or its client is gone.
    ///
    /// - Parameters:
    ///   - connection: The request's connection, which the engine may be about to close.
    ///   - asIntended: Whether the response was sent to its end.
    func completed(on connection: Connection, asIntended: Bool) {
        let (request, stream) = connection.lock {
            defer { connection.current = nil }
            return (connection.current, connection.current?.detach())
        }
        guard let request else { return }
        request.bodyStream?.detach()
        // An orderly end would tell the client that the body is whole.
        if !asIntended, request.endsWithConnection { connection.reset() }
        stream?.close()
        release(request)
        connection.deadline.store(deadline(afterSilenceFrom: MonotonicClock.now()), ordering: .relaxed)
    }

    // MARK: Memory for bodies

    /// Makes the request's share of the memory for bodies `bytes`, if there is room.
    private func reserve(_ bytes: Int, for request: Request) -> Bool {
        let more = bytes - request.reserved
        guard more > 0 else { return true }
        guard bufferedBytes.add(more, ordering: .relaxed).newValue <= limits.bufferedBodyBytes else {
            bufferedBytes.subtract(more, ordering: .relaxed)
            return false
        }
        request.reserved = bytes
        return true
    }

    private func release(_ request: Request, downTo bytes: Int = 0) {
        guard request.reserved > bytes else { return }
        bufferedBytes.subtract(request.reserved - bytes, ordering: .relaxed)
        request.reserved = bytes
    }

    // MARK: Responses

    private func send(_ answer: Answer, to request: Request, handle: OpaquePointer) -> MHD_Result {
        request.connection.deadline.store(.max, ordering: .relaxed)
        switch answer {
        case .response(var response):
            ResponseHeadSize.fit(&response, into: request.room)
            if EngineResponse.queue(response, on: handle, closing: isDraining) { return .YES }
            return send(.refusal(.unanswered), to: request, handle: handle)
        case .stream(var response, let length, let body):
            ResponseHeadSize.fit(&response, into: request.room)
            let isHead = request.method == .head
            request.endsWithConnection = length == nil && request.isOfVersion10
            if EngineResponse.queue(response, length: length, body, on: handle, isHead: isHead, closing: isDraining) {
                return .YES
            }
            return send(.refusal(.unanswered), to: request, handle: handle)
        case .refusal(let refusal):
            let closing = refusal != .unanswered || isDraining
            let response = handler.refuse(refusal, of: request)
            if EngineResponse.queue(response, on: handle, closing: closing) { return .YES }
            let bare = Response(status: refusal.status)
            return EngineResponse.queue(bare, on: handle, closing: true) ? .YES : .NO
        }
    }
}
