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
        try await collect(request, by: ResponseCollector(.whole(atMost: bytes)))
    }

    /// Sends the request and waits for the status of its response, which says all that the caller wants to know. A short
    /// body is read and forgotten, so that the connection may serve again; what follows the status, and how it ends,
    /// makes no difference.
    ///
    /// - Parameter request: What to send.
    /// - Returns: Status and headers, as far as these came.
    /// - Throws: ``EgressError/cancelled`` when the task is, and all other errors of a transfer before the status.
    package func head(of request: OutgoingRequest) async throws(EgressError) -> ResponseHead {
        try await collect(request, by: ResponseCollector(.head)).head
    }

    private func collect(
        _ request: OutgoingRequest,
        by collector: ResponseCollector
    ) async throws(EgressError) -> CollectedResponse {
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

    /// The part of a response that is wanted.
    enum Part {
        /// All of it, with a body of so many bytes at most.
        case whole(atMost: Int)
        case head
    }

    private let lock = Lock()
    private var continuation: CheckedContinuation<Void, Never>?
    private var transfer: Transfer?
    private var isCancelled = false
    private var result: Result<CollectedResponse, EgressError>?

    private let part: Part
    private var head: ResponseHead?
    /// When the head had come, in nanoseconds of ``MonotonicClock``.
    private var headAt: UInt64 = 0
    private var pieces: [SecretBuffer] = []
    private var count = 0

    /// The longest body that is read and forgotten, in bytes, and how long it may take, in nanoseconds.
    private static let forgotten = (bytes: 16 * 1_024, time: 1_000_000_000 as UInt64)

    init(_ part: Part) {
        self.part = part
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
        headAt = MonotonicClock.now()
        return .more
    }

    func received(_ piece: UnsafeRawBufferPointer) -> Demand {
        count += piece.count
        switch part {
        case .head:
            let isShort = count <= Self.forgotten.bytes && MonotonicClock.now() - headAt <= Self.forgotten.time
            return isShort ? .more : .cancel
        case .whole(let limit):
            guard count <= limit else { return .cancel }
            pieces.append(SecretBuffer(copying: piece))
            return .more
        }
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
        switch part {
        case .head:
            if let head { return .success(CollectedResponse(head: head, body: SecretBuffer(count: 0) { _ in })) }
        case .whole(let limit):
            if count > limit { return .failure(.responseTooLarge) }
        }
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
