package import Secrets
import Threads

/// A response received as a whole.
package struct CollectedResponse: Sendable {
    package let head: ResponseHead
    package let body: SecretBuffer
}

extension EgressClient {
    /// Sends the request and waits for its response, a token perhaps: its body is kept in memory that is zeroed.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - bytes: The longest body to take.
    /// - Returns: Status, headers and the decoded body.
    /// - Throws: ``EgressError/responseTooLarge`` for a longer one, ``EgressError/cancelled`` when the task is, and all
    ///   other errors of a transfer.
    package func collect(_ request: OutgoingRequest, atMost bytes: Int) async throws(EgressError) -> CollectedResponse {
        let collector = ResponseCollector(atMost: bytes)
        var request = request
        request.isBoundedInTime = true
        let bounded = request
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                collector.begin(continuation)
                collector.transfer(is: send(bounded, to: collector))
            }
        } onCancel: {
            collector.cancel()
        }
        return try collector.outcome.get()
    }
}

/// Keeps a response for the task that waits for it.
private final class ResponseCollector: ResponseReceiver, @unchecked Sendable {
    // Safe to share: the lock guards what several threads use; the response belongs to the client's thread.
    private let lock = Lock()
    private var continuation: CheckedContinuation<Void, Never>?
    private var transfer: Transfer?
    private var isCancelled = false
    private var result: Result<CollectedResponse, EgressError>?

    private let limit: Int
    private var head: ResponseHead?
    private var pieces: [SecretBuffer] = []
    private var count = 0

    init(atMost limit: Int) {
        self.limit = limit
    }

    /// The result of the request, once the continuation was resumed.
    var outcome: Result<CollectedResponse, EgressError> { lock { result } ?? .failure(.cancelled) }

    func begin(_ continuation: CheckedContinuation<Void, Never>) {
        lock { self.continuation = continuation }
    }

    func transfer(is transfer: Transfer) {
        let isCancelled = lock {
            self.transfer = transfer
            return self.isCancelled
        }
        if isCancelled { transfer.cancel() }
    }

    func cancel() {
        let transfer = lock {
            isCancelled = true
            return self.transfer
        }
        transfer?.cancel()
    }

    func received(_ head: ResponseHead) -> Demand {
        self.head = head
        return .more
    }

    func received(_ piece: UnsafeRawBufferPointer) -> Demand {
        count += piece.count
        guard count <= limit else { return .cancel }
        pieces.append(SecretBuffer(copying: piece))
        return .more
    }

    func finished(_ error: EgressError?) {
        let result = collected(error)
        let continuation = lock {
            defer {
                self.continuation = nil
                transfer = nil
            }
            self.result = result
            return self.continuation
        }
        continuation?.resume()
    }

    private func collected(_ error: EgressError?) -> Result<CollectedResponse, EgressError> {
        if count > limit { return .failure(.responseTooLarge) }
        if let error { return .failure(error) }
        guard let head else { return .failure(.malformedResponse("it has no head")) }
        let body = SecretBuffer(count: count) { memory in
            var start = 0
            for piece in pieces {
                UnsafeMutableRawBufferPointer(rebasing: memory[start...]).copyMemory(from: piece.bytes)
                start += piece.count
            }
        }
        pieces = []
        return .success(CollectedResponse(head: head, body: body))
    }
}
