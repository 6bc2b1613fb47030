import ActService
import Access
import HTTPServer
import KeywayServer
import NetworkTypes
import Secrets
import Synchronization
import Threads

/// A request that comes through no socket.
final class DirectRequest: ServiceRequest {
    let method: HTTPMethod
    let rawPath: String
    let rawQuery: String?
    let body: SecretBuffer
    let startedAt = MonotonicClock.now()
    let remoteAddress: IPAddress
    let localEndpoint = IPAddress("127.0.0.1").map { LocalEndpoint(address: $0, port: 8480, isSecure: false) }
    private let headers: [(name: String, value: String)]

    /// Takes a target as it stands in a request line: raw path and query.
    init(
        _ method: HTTPMethod,
        _ target: String,
        headers: [(name: String, value: String)],
        body: [UInt8],
        from remoteAddress: IPAddress
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

    func forEachHeader(_ body: (HeaderField) -> Void) {
        for header in headers { body(HeaderField(name: header.name, value: header.value)) }
    }

    func keyDigest(ofHeader name: StaticString) -> KeyDigest? {
        header(name).flatMap { $0.isEmpty ? nil : KeyDigest(of: $0) }
    }
}

/// Hands the response to its waiter, a streamed one when it has ended.
final class DirectReply: ServiceReply {
    /// Gathers a body that comes as it comes; one that is broken off ends with ``brokenOff``.
    private final class Stream: ServiceBodyStream {
        private let response: Mutex<Response>
        private let reply: DirectReply
        private let owner: any BodyStreamOwner

        init(_ response: Response, _ reply: DirectReply, _ owner: any BodyStreamOwner) {
            self.response = Mutex(response)
            self.reply = reply
            self.owner = owner
        }

        func write(_ piece: [UInt8]) -> Bool {
            response.withLock { $0.body += piece }
            return true
        }

        func finish() {
            reply.send(response.withLock { $0 })
            owner.streamClosed()
        }

        func abort() {
            response.withLock { $0.body += Array(DirectReply.brokenOff.utf8) }
            finish()
        }
    }

    static let brokenOff = "<broken off>"

    private let continuation: Mutex<CheckedContinuation<Response, Never>?>

    init(_ continuation: CheckedContinuation<Response, Never>) {
        self.continuation = Mutex(continuation)
    }

    func stream(_ response: Response, length: Int?, owner: any BodyStreamOwner) -> any ServiceBodyStream {
        var response = response
        response.headers.append(
            length.map { .init(name: "Content-Length", value: String($0)) }
                ?? .init(name: "Transfer-Encoding", value: "chunked")
        )
        return Stream(response, self, owner)
    }

    /// Nobody leaves who waits for a continuation.
    func whenClientLeaves(_: @escaping @Sendable () -> Void) {}

    func send(_ response: Response) {
        let continuation = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        guard let continuation else { preconditionFailure("a request is answered once") }
        continuation.resume(returning: response)
    }
}
