import CMicrohttpd
package import NetworkTypes
import Platform
package import Secrets
import Threads

/// A request, all of it received, except its body where that is taken as it comes.
///
/// Header lookups go to the engine, which forgets the request once its response has left: then there are no headers.
/// Everything else stays as long as the object.
///
/// Safe to share: `method`, `body`, `bodyStream` and the fields of the reception are written by the connection's
/// network thread before the request is handed over, and not afterwards; `handle`, `pending`, `isAnswered`,
/// `isSuspended`, `isHandedOver` and `stream` are only touched with the connection's lock held. The engine keeps the
/// headers until it reports the request completed, which sets `handle` to nil with the lock held: a lookup never meets
/// freed memory.
package final class Request: @unchecked Sendable {
    /// The path as received: nothing is unescaped. Printable ASCII, starts with `/`, has well-formed escapes, no
    /// encoded control characters and no dot segments.
    package let rawPath: String
    /// The query: all that follows the first `?`, as received, in printable ASCII; nil without a `?`.
    package let rawQuery: String?
    package internal(set) var method = HTTPMethod.get
    /// Zeroed when the last reference goes.
    package internal(set) var body = Request.noBody
    /// The body where it is taken as it comes; then ``body`` is empty.
    package internal(set) var bodyStream: RequestBodyStream?
    /// When the request line had been received, in ``MonotonicClock`` nanoseconds.
    package let startedAt: UInt64

    package var remoteAddress: IPAddress { connection.remoteAddress }
    package var localEndpoint: LocalEndpoint? { connection.localEndpoint }
    /// The tunnel that the request came through.
    package var tunnel: Tunnel? { connection.tunnel }

    let connection: Connection

    // The reception, of concern to the network thread only.
    enum Stage {
        case started, receiving, handedOver
        /// The handler has the request, and reads its body.
        case streaming(RequestBodyStream)
        case discarding(Refusal)
    }

    var stage = Stage.started
    var targetRefusal: Refusal?
    var isOfVersion10 = false
    /// Whether the end of the connection is all that tells the client where the body of the response ends.
    var endsWithConnection = false
    /// The engine's memory for the head of the response.
    var room = ResponseHeadSize.Room()
    /// The address at which the target ends in the engine's memory.
    var targetEnd = 0
    var contentLength: Int?
    var received = 0
    /// How much of a body that is taken as it comes has come since its time was renewed, in bytes.
    var receivedInTime = 0
    var collector = BodyCollector()
    /// The part of the engine's memory for bodies that this one takes.
    var reserved = 0

    // Where threads meet, guarded by the connection's lock.
    private(set) var handle: OpaquePointer?
    private var pending: Answer?
    private var isAnswered = false
    private var isSuspended = false
    private var isHandedOver = false
    /// The body of the response, if it comes piece by piece.
    private var stream: BodyStream.State?
    /// Told when the client leaves before there is a response.
    private var abandonment: (@Sendable () -> Void)?
    /// Whether a response that is on its way is broken off when the client leaves.
    private var endsWithClient = false

    private static let noBody = SecretBuffer(count: 0) { _ in }

    init(target: RequestTarget, on connection: Connection, handle: OpaquePointer, at time: UInt64) {
        rawPath = target.rawPath
        rawQuery = target.rawQuery
        targetRefusal = target.refusal
        startedAt = time
        self.connection = connection
        self.handle = handle
    }
}

// MARK: - Headers

extension Request {
    /// The first header of that name, its case ignored; what is not UTF-8 in it is replaced.
    package func header(_ name: StaticString) -> String? {
        connection.lock { value(name).map { String(cString: $0) } }
    }

    /// Lends the bytes of the first header of that name, so that a credential is read without a copy. The body must
    /// not call the request or its reply.
    package func withHeader<Result>(_ name: StaticString, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        connection.lock {
            value(name).map { value in
                UnsafeRawBufferPointer(start: value, count: strlen(value)).withMemoryRebound(to: UInt8.self, body)
            }
        }
    }

    /// Visits all headers in the order received, with their bytes as they came.
    package func forEachHeader(_ body: (HeaderField) -> Void) {
        var headers: [HeaderField] = []
        connection.lock {
            guard let handle else { return }
            withUnsafeMutablePointer(to: &headers) { headers in
                _ = MHD_get_connection_values(
                    handle,
                    .HEADER_KIND,
                    { context, _, name, value in
                        guard let name, let value else { return .YES }
                        let bytes = UnsafeRawBufferPointer(start: value, count: strlen(value))
                        context?.assumingMemoryBound(to: [HeaderField].self).pointee
                            .append(HeaderField(name: String(cString: name), bytes: bytes))
                        return .YES
                    },
                    headers
                )
            }
        }
        for header in headers {
            body(header)
        }
    }

    /// Whether a text stands in the value of any header; nothing is copied.
    package func headersHold(_ text: StaticString) -> Bool {
        var search = HeaderSearch(text: text)
        connection.lock {
            guard let handle else { return }
            withUnsafeMutablePointer(to: &search) { search in
                _ = MHD_get_connection_values(
                    handle,
                    .HEADER_KIND,
                    { context, _, _, value in
                        guard let search = context?.assumingMemoryBound(to: HeaderSearch.self), let value else {
                            return .YES
                        }
                        let isFound = search.pointee.text.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
                            strstr(value, $0) != nil
                        }
                        if isFound { search.pointee.isFound = true }
                        return isFound ? .NO : .YES
                    },
                    search
                )
            }
        }
        return search.isFound
    }

    private struct HeaderSearch {
        let text: StaticString
        var isFound = false
    }

    /// To be called with the lock held.
    private func value(_ name: StaticString) -> UnsafePointer<CChar>? {
        guard let handle else { return nil }
        return name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1) {
            MHD_lookup_connection_value(handle, .HEADER_KIND, $0)
        }
    }
}

// MARK: - The response

/// The response to a request.
enum Answer {
    case response(Response)
    /// Status and headers, and a body that follows as it comes.
    case stream(Response, length: Int?, BodyStream.State)
    case refusal(Refusal)
}

extension Request {
    /// Notes the response unless there is one, and wakes the connection if it waits. From any thread.
    ///
    /// - Returns: Whether it counts.
    @discardableResult
    func answer(_ answer: Answer) -> Bool {
        let (isFirst, wake) = connection.lock { () -> (Bool, (@Sendable () -> Void)?) in
            guard !isAnswered else { return (false, nil) }
            isAnswered = true
            abandonment = nil
            pending = answer
            resume()
            if case .stream(_, _, let body) = answer {
                stream = body
                return (true, nil)
            }
            return (true, bodyStream?.closeLocked())
        }
        wake?()
        return isFirst
    }

    /// Wakes the connection if it waits. To be called with the lock held, so that the engine, which takes it before it
    /// closes the connection or stops, cannot be gone during the call.
    func resume() {
        guard isSuspended, let handle else { return }
        isSuspended = false
        MHD_resume_connection(handle)
    }

    /// Lets the connection wait until ``resume()``. To be called with the lock held, in one of the engine's callbacks.
    ///
    /// - Returns: Whether it waits: not when the server is about to end, which would not survive it.
    func suspend() -> Bool {
        guard !isSuspended else { return true }
        guard let handle, !connection.engine.isFailing else { return false }
        isSuspended = true
        MHD_suspend_connection(handle)
        return true
    }

    /// The server ends: answers that it does, or breaks off the response that is on its way. From any thread.
    func stop() {
        answer(.refusal(.stopping))
        connection.lock { stream }?.end(.broken)
    }

    /// Has `body` called if the client leaves before there is a response, or has left.
    func whenClientLeaves(_ body: @escaping @Sendable () -> Void) {
        let hasLeft = connection.lock {
            // Completed without a response: the engine has lost the client.
            guard handle != nil, !connection.hasClientLeft else { return true }
            guard !isAnswered else { return false }
            endsWithClient = true
            abandonment = body
            return false
        }
        if hasLeft { body() } else { connection.engine.peerWatch.add(connection) }
    }

    /// The client has left. To be called with the lock held.
    ///
    /// - Returns: Who is to be told, or the body to break off, both without the lock.
    func abandoned() -> (told: (@Sendable () -> Void)?, stream: BodyStream.State?) {
        defer { abandonment = nil }
        return (abandonment, endsWithClient ? stream : nil)
    }

    /// The handler is about to get the request.
    ///
    /// - Returns: Whether it may: not when the request was answered already, since the server ends.
    func handOver() -> Bool {
        if bodyStream == nil { stage = .handedOver }
        return connection.lock {
            guard !isAnswered else { return false }
            isHandedOver = true
            return true
        }
    }

    /// The response if it is there, else `nil`.
    func takeAnswerAtHand() -> Answer? {
        connection.lock {
            defer { pending = nil }
            return pending
        }
    }

    /// The response if it is there. Otherwise suspends the connection, and the engine asks again once it is resumed.
    /// On the network thread, in the engine's callback only.
    func takeAnswer() -> Answer? {
        connection.lock {
            if let answer = pending {
                pending = nil
                return answer
            }
            guard handle != nil, !suspend() else { return nil }
            isAnswered = true
            return .refusal(.stopping)
        }
    }

    /// The engine has done with the request: answered it, or lost the client. To be called with the lock held.
    ///
    /// - Returns: The body that was on its way, which must be told without the lock.
    func detach() -> BodyStream.State? {
        defer {
            handle = nil
            isAnswered = true
            pending = nil
            stream = nil
            abandonment = nil
        }
        return stream
    }

    /// Whether the handler has the request, or its response is on its way out. To be called with the lock held.
    var isBeingHandled: Bool { isHandedOver }
}
