import Secrets
import Synchronization
import Threads

/// The body of a request that is read while it comes.
///
/// Little of it waits here: beyond that nothing more is read from the client until its reader has caught up. Once it is
/// closed, what follows is read and dropped for a while, so that the client, still sending, gets its response.
///
/// Safe to share: what changes is only touched with the connection's lock held.
package final class RequestBodyStream: @unchecked Sendable {
    /// The result of a read.
    package enum Reading: Equatable, Sendable {
        case bytes(Int)
        /// Nothing yet: the reader is woken once there is something.
        case pending
        case end
        /// The client has left, or the server stops.
        case broken
        /// The body is longer than the server takes.
        case tooLong
    }

    /// The length that the client has announced; `nil` where it sends chunks.
    package let length: Int?
    /// Cut from the request when that is over.
    private var request: Request?
    private let connection: Connection

    private var pieces: [SecretBuffer] = []
    /// How much of the first piece was read.
    private var position = 0
    private var waiting = 0
    private var end: Reading?
    private var isClosed = false
    /// Whether the client is kept from sending.
    private var isHoldingBack = false
    private var owesWake = false
    private var wake: (@Sendable () -> Void)?

    /// Beyond this many waiting bytes nothing more is read from the client.
    private static let highWater = 128 * 1_024
    /// Below this many it may send again.
    private static let lowWater = 64 * 1_024
    /// The memory for what waits: what the engine has read already comes on top.
    static let share = highWater + 2 * HTTPServer.connectionMemory
    /// How long the rest of a body that nobody reads is dropped before the connection is broken, in seconds.
    private static let drainSeconds: UInt64 = 30

    init(of request: Request, length: Int?) {
        self.length = length
        self.request = request
        connection = request.connection
    }

    // MARK: The reader

    /// Copies what is there.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        connection.lock {
            guard !isClosed else { return .broken }
            guard waiting > 0 else {
                if end == nil { owesWake = true }
                return end ?? .pending
            }
            var count = 0
            while count < buffer.count, let piece = pieces.first {
                let bytes = piece.bytes[position...].prefix(buffer.count - count)
                UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes))
                count += bytes.count
                position += bytes.count
                if position == piece.count {
                    pieces.removeFirst()
                    position = 0
                }
            }
            waiting -= count
            if waiting < Self.lowWater { goOn() }
            return .bytes(count)
        }
    }

    /// Has `wake` called whenever there is something after a reading that was pending. It must not block.
    package func whenReadable(_ wake: @escaping @Sendable () -> Void) {
        connection.lock { self.wake = wake }
    }

    /// Nothing more is read.
    package func close() {
        _ = connection.lock { closeLocked() }
    }

    /// The same with the connection's lock held.
    ///
    /// - Returns: Wakes the reader if it waits, without the lock.
    func closeLocked() -> (@Sendable () -> Void)? {
        guard !isClosed else { return nil }
        isClosed = true
        defer { wake = nil }
        pieces = []
        waiting = 0
        goOn()
        if end == nil { connection.allowSeconds(Self.drainSeconds) }
        return takeWake()
    }

    // MARK: The network thread

    /// Whether it may still be read.
    var isRead: Bool { connection.lock { !isClosed && end == nil } }

    /// How much waits to be read, in bytes.
    var heldBytes: Int { connection.lock { waiting } }

    /// Takes a piece, and holds the client back if that is enough for now.
    func append(_ piece: UnsafeRawBufferPointer) {
        let wake = connection.lock { () -> (@Sendable () -> Void)? in
            guard !isClosed, end == nil else { return nil }
            pieces.append(SecretBuffer(copying: piece))
            waiting += piece.count
            if waiting >= Self.highWater, request?.suspend() == true {
                isHoldingBack = true
                connection.deadline.store(.max, ordering: .relaxed)
            }
            return takeWake()
        }
        wake?()
    }

    /// There is nothing more.
    func finish(_ reading: Reading) {
        let wake = connection.lock { () -> (@Sendable () -> Void)? in
            guard end == nil else { return nil }
            end = reading
            if reading != .end {
                pieces = []
                waiting = 0
            }
            return takeWake()
        }
        wake?()
    }

    /// The request is over.
    func detach() {
        finish(.broken)
        connection.lock {
            request = nil
            isHoldingBack = false
        }
    }

    private func takeWake() -> (@Sendable () -> Void)? {
        guard owesWake else { return nil }
        owesWake = false
        return wake
    }

    /// Lets the client send again. To be called with the lock held.
    private func goOn() {
        guard isHoldingBack else { return }
        isHoldingBack = false
        connection.allowSecondsOfRequest()
        request?.resume()
    }
}
