// The session's types are Foundation's own on Apple platforms.
#if canImport(FoundationNetworking)
    import Foundation
    public import FoundationNetworking
#else
    public import Foundation
#endif

/// A transport over Foundation's URL loading system.
///
/// It keeps connections open, follows no redirect, and keeps no cookies, credentials or cached responses.
public final class URLSessionTransport: StreamingTransport {
    private let session: URLSession
    private let exchanges: Exchanges

    /// Opens a session of its own.
    ///
    /// - Parameter configuration: What to build the session from, for proxies and the like. Caches and cookies are
    ///   switched off in any case.
    public init(configuration: URLSessionConfiguration = .ephemeral) {
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpCookieStorage = nil
        configuration.urlCredentialStorage = nil
        exchanges = Exchanges()
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// Sends a request.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response, whatever its status.
    /// - Throws: ``TransportError`` if there is none; `CancellationError` if the task was cancelled.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let response = try await stream(request)
        do {
            let body = try await response.body.collected()
            return TransportResponse(status: response.status, headers: response.headers, body: body)
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }

    /// Sends a request, and returns once the first piece of the response's body has come, or all of it. What comes
    /// faster than it is asked for is kept in memory.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response's status and headers, and its body.
    /// - Throws: ``TransportError`` if there is none; `CancellationError` if the task was cancelled.
    public func stream(_ request: TransportRequest) async throws -> StreamedResponse {
        try Task.checkCancellation()
        var urlRequest = URLRequest(url: request.url)
        // Not by the initializer, whose value the open source Foundation does not heed.
        urlRequest.timeoutInterval = request.timeout / .seconds(1)
        urlRequest.httpMethod = request.method
        urlRequest.httpBody = request.body
        for header in request.headers { urlRequest.setValue(header.value, forHTTPHeaderField: header.name) }
        let task = session.dataTask(with: urlRequest)
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    exchanges.begin(task.taskIdentifier, continuation) { task.cancel() }
                    task.resume()
                }
            } onCancel: {
                task.cancel()
            }
        } catch {
            try Task.checkCancellation()
            throw TransportError(error)
        }
    }
}

/// The exchanges under way, each told of what the session hears.
///
/// Safe to share: what changes is only touched with the lock held.
private final class Exchanges: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private struct Exchange {
        /// Until the response has begun.
        var head: CheckedContinuation<StreamedResponse, any Error>?
        /// Until the response has begun: from then on only its reader keeps it, so that its end shows.
        var body: AsyncThrowingStream<Data, any Error>?
        let pieces: AsyncThrowingStream<Data, any Error>.Continuation
    }

    private let lock = NSLock()
    private var exchanges: [Int: Exchange] = [:]

    func begin(
        _ task: Int,
        _ head: CheckedContinuation<StreamedResponse, any Error>,
        cancel: @escaping @Sendable () -> Void
    ) {
        let (body, pieces) = AsyncThrowingStream.makeStream(of: Data.self)
        // A reader who stops wants no more of it.
        pieces.onTermination = { reason in
            if case .cancelled = reason { cancel() }
        }
        lock.withLock { exchanges[task] = Exchange(head: head, body: body, pieces: pieces) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        answerBegan(dataTask)
        let pieces = lock.withLock { exchanges[dataTask.taskIdentifier]?.pieces }
        pieces?.yield(data)
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        // The keys would travel along.
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if error == nil { answerBegan(task) }
        guard let exchange = lock.withLock({ exchanges.removeValue(forKey: task.taskIdentifier) }) else { return }
        let failure = error ?? TransportError(.other, "the response is not HTTP")
        // A request that was not handed over yet has no response.
        exchange.head?.resume(throwing: failure)
        exchange.pieces.finish(throwing: error.map(TransportError.init))
    }

    /// Hands over the response, if that was not done.
    ///
    /// At the first piece, not at the head: the open source Foundation pauses the task while it asks what to do with a
    /// head.
    private func answerBegan(_ task: URLSessionTask) {
        guard let response = task.response as? HTTPURLResponse else { return }
        let exchange = lock.withLock {
            let exchange = exchanges[task.taskIdentifier]
            exchanges[task.taskIdentifier]?.head = nil
            exchanges[task.taskIdentifier]?.body = nil
            return exchange
        }
        guard let head = exchange?.head, let stream = exchange?.body else { return }
        let headers = response.allHeaderFields.map { (name: "\($0.key)", value: "\($0.value)") }
        let reader = PieceReader(stream)
        let body = BodyPieces { try await reader.next() }
        head.resume(returning: StreamedResponse(status: response.statusCode, headers: headers, body: body))
    }
}

/// Reads a stream that one task at a time asks for its next piece.
///
/// Safe to share for that reason alone.
private final class PieceReader: @unchecked Sendable {
    private var iterator: AsyncThrowingStream<Data, any Error>.Iterator

    init(_ stream: AsyncThrowingStream<Data, any Error>) {
        iterator = stream.makeAsyncIterator()
    }

    func next() async throws -> Data? {
        let piece = try await iterator.next()
        // A stream that is cancelled ends as if it were over.
        if piece == nil { try Task.checkCancellation() }
        return piece
    }
}

extension TransportError {
    /// Translates Foundation's error. Its own text is left out: it may quote the URL.
    fileprivate init(_ error: any Error) {
        if let error = error as? TransportError {
            self = error
            return
        }
        guard let error = error as? URLError else {
            self.init(.other, "the request failed")
            return
        }
        switch error.code {
        case .cannotConnectToHost: self.init(.refused, "the server can't be connected to")
        case .cannotFindHost, .dnsLookupFailed: self.init(.other, "the server's name can't be resolved")
        case .networkConnectionLost: self.init(.lost, "the connection was lost")
        case .timedOut: self.init(.timedOut, "the server did not respond in time")
        case .notConnectedToInternet: self.init(.other, "there is no network")
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired:
            self.init(.other, "no secure connection could be made")
        default: self.init(.other, "the request failed (URL error \(error.code.rawValue))")
        }
    }
}
