import CMicrohttpd
import Threads

/// The body of a response that is sent as it comes.
///
/// Nothing is lost between a ``write(_:)`` and the client unless the client or the server goes: then ``isClosed`` turns
/// true, and further pieces are dropped. A stream that is dropped without an end breaks its connection, so that no
/// client takes a part for the whole.
package final class BodyStream: Sendable {
    let state: State

    init(_ state: State) {
        self.state = state
    }

    /// Takes a piece of the body.
    ///
    /// - Returns: Whether more may follow at once. If not, the owner is told when there is room again; a piece that is
    ///   written nevertheless is taken, and takes memory.
    package func write(_ piece: [UInt8]) -> Bool { state.append(piece) }

    /// The body is complete.
    package func finish() { state.end(.complete) }

    /// The body will not be complete: what is waiting is dropped and the connection broken.
    package func abort() { state.end(.broken) }

    /// Whether client or server have gone, or the body was read to its end.
    package var isClosed: Bool { state.isClosed }

    deinit { state.end(.broken) }
}

/// Learns how a streamed response fares. Called on a network thread, and must not block.
package protocol BodyStreamOwner: AnyObject, Sendable {
    /// A ``BodyStream/write(_:)`` had said that there is no room; now there is.
    func streamHasRoom()

    /// The stream is over: read to its end, broken, or without a client. Called once.
    func streamClosed()
}

extension BodyStream {
    /// The part of a stream that the engine reads, and that stays when its owner has dropped it.
    ///
    /// Safe to share: what changes is only touched with the connection's lock held.
    final class State: @unchecked Sendable {
        enum End { case complete, broken }

        private let request: Request
        /// Dropped when the stream is over: the owner may hold the stream.
        private var owner: (any BodyStreamOwner)?
        private var waiting: [UInt8] = []
        /// How much of `waiting` was read.
        private var read = 0
        private var end: End?
        private var isOver = false
        private var owesRoom = false

        /// Beyond this many waiting bytes a writer should pause.
        private static let highWater = 128 * 1_024
        /// Below this many it may go on.
        private static let lowWater = 32 * 1_024
        private static let endMark = keyway_content_end
        static let brokenMark = keyway_content_error

        init(of request: Request, owner: any BodyStreamOwner) {
            self.request = request
            self.owner = owner
        }

        var isClosed: Bool { request.connection.lock { isOver } }

        /// The number of bytes that the stream keeps in memory.
        var heldBytes: Int { request.connection.lock { waiting.count } }

        func append(_ piece: [UInt8]) -> Bool {
            request.connection.lock {
                guard !isOver, end == nil else { return true }
                if waiting.isEmpty { waiting = piece } else { waiting += piece }
                request.resume()
                owesRoom = waiting.count - read > Self.highWater
                return !owesRoom
            }
        }

        func end(_ end: End) {
            request.connection.lock {
                guard self.end == nil else { return }
                self.end = end
                request.resume()
            }
        }

        // MARK: On the network thread

        /// Copies what is waiting to the engine, or suspends the connection until there is more.
        ///
        /// - Returns: The number of bytes, 0 for none yet, or one of the engine's marks for the end.
        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            var hasRoom = false
            let count: Int = request.connection.lock {
                if end == .broken { return Self.brokenMark }
                let count = min(buffer.count, waiting.count - read)
                guard count > 0 else {
                    if end != nil { return Self.endMark }
                    return request.suspend() ? 0 : Self.brokenMark
                }
                waiting.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[read..<read + count])) }
                read += count
                if read == waiting.count {
                    waiting.removeAll(keepingCapacity: true)
                    read = 0
                } else if read >= Self.highWater {
                    // A writer that keeps ahead would else let it grow to the whole body.
                    waiting.removeFirst(read)
                    read = 0
                }
                hasRoom = owesRoom && waiting.count - read < Self.lowWater
                if hasRoom { owesRoom = false }
                return count
            }
            if hasRoom { request.connection.lock { owner }?.streamHasRoom() }
            return count
        }

        /// The engine reads no more.
        func close() {
            let owner = request.connection.lock {
                defer {
                    isOver = true
                    waiting = []
                    read = 0
                    self.owner = nil
                }
                return self.owner
            }
            owner?.streamClosed()
        }
    }
}
