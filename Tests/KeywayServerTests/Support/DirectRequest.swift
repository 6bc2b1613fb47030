import Access
import HTTPServer
import KeywayServer
import Secrets
import Synchronization

/// A request that comes through no socket.
final class DirectRequest: ServiceRequest {
    let method: HTTPMethod
    let rawPath: String
    let rawQuery: String?
    let body: SecretBuffer
    let startedAt = MonotonicClock.now()
    let remoteAddress: RemoteAddress
    private let headers: [(name: String, value: String)]

    /// Takes a target as it stands in a request line: raw path and query.
    init(
        _ method: HTTPMethod,
        _ target: String,
        headers: [(name: String, value: String)],
        body: [UInt8],
        from remoteAddress: RemoteAddress
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        rawPath = String(parts[0])
        rawQuery = parts.count > 1 ? String(parts[1]) : nil
        self.body = body.withUnsafeBytes { SecretBuffer(copying: $0) }
        self.remoteAddress = remoteAddress
        self.headers = headers
    }

    func header(_ name: StaticString) -> String? {
        headers.first { $0.name.lowercased() == "\(name)".lowercased() }?.value
    }

    func keyDigest(ofHeader name: StaticString) -> KeyDigest? {
        header(name).flatMap { $0.isEmpty ? nil : KeyDigest(of: $0) }
    }
}

/// Hands the answer to whoever waits for it.
final class DirectReply: ServiceReply {
    private let continuation: Mutex<CheckedContinuation<Response, Never>?>

    init(_ continuation: CheckedContinuation<Response, Never>) {
        self.continuation = Mutex(continuation)
    }

    func send(_ response: Response) {
        let continuation = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        guard let continuation else { preconditionFailure("a request is answered once") }
        continuation.resume(returning: response)
    }
}
