import DatadogClient
import Foundation

/// A transport without a network: it keeps what it is sent, and answers from a script.
final class FakeTransport: Transport {
    typealias Script = @Sendable (TransportRequest, _ attempt: Int) async throws -> TransportResponse

    private let script: Script
    private let log = RequestLog()

    init(_ script: @escaping Script) {
        self.script = script
    }

    /// Answers everything alike.
    convenience init(status: Int = 200, headers: [(name: String, value: String)] = [], _ body: String = "") {
        self.init { _, _ in TransportResponse(status: status, headers: headers, body: Data(body.utf8)) }
    }

    /// Answers one after the other; the last one again and again.
    convenience init(_ answers: [(status: Int, headers: [(name: String, value: String)])], body: String = "{}") {
        self.init { _, attempt in
            let answer = answers[min(attempt, answers.count - 1)]
            return TransportResponse(status: answer.status, headers: answer.headers, body: Data(body.utf8))
        }
    }

    var requests: [TransportRequest] {
        get async { await log.requests }
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        try await script(request, await log.append(request))
    }
}

private actor RequestLog {
    var requests: [TransportRequest] = []

    func append(_ request: TransportRequest) -> Int {
        requests.append(request)
        return requests.count - 1
    }
}
