// The session's types are Foundation's own on Apple platforms.
#if canImport(FoundationNetworking)
    import Foundation
    public import FoundationNetworking
#else
    public import Foundation
#endif

/// A transport over Foundation's URL loading system.
///
/// It keeps connections open, follows no redirect, and keeps no cookies, credentials or cached answers.
public final class URLSessionTransport: Transport {
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
    /// - Returns: The answer, whatever its status.
    /// - Throws: ``TransportError`` if there is none; `CancellationError` if the task was cancelled.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
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
                    exchanges.begin(task.taskIdentifier, continuation)
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
        let continuation: CheckedContinuation<TransportResponse, any Error>
        var body = Data()
    }

    private let lock = NSLock()
    private var exchanges: [Int: Exchange] = [:]

    func begin(_ task: Int, _ continuation: CheckedContinuation<TransportResponse, any Error>) {
        lock.withLock { exchanges[task] = Exchange(continuation: continuation) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        lock.withLock { exchanges[dataTask.taskIdentifier]?.body.append(data) }
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
        guard let exchange = lock.withLock({ exchanges.removeValue(forKey: task.taskIdentifier) }) else { return }
        if let error {
            exchange.continuation.resume(throwing: error)
        } else if let response = task.response as? HTTPURLResponse {
            let headers = response.allHeaderFields.map { (name: "\($0.key)", value: "\($0.value)") }
            exchange.continuation.resume(
                returning: TransportResponse(status: response.statusCode, headers: headers, body: exchange.body)
            )
        } else {
            exchange.continuation.resume(throwing: TransportError(.other, "the answer is not HTTP"))
        }
    }
}

extension TransportError {
    /// What Foundation's error means. Its own text is left out: it may quote the URL.
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
        case .timedOut: self.init(.timedOut, "the server did not answer in time")
        case .notConnectedToInternet: self.init(.other, "there is no network")
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired:
            self.init(.other, "no secure connection could be made")
        default: self.init(.other, "the request failed (URL error \(error.code.rawValue))")
        }
    }
}
