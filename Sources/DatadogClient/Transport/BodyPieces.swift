public import Foundation

/// The body of a response, piece by piece as it comes.
///
/// It can be read once, by one task at a time: of two that ask at once, one gets a ``TransportError``. Where pieces
/// begin and end means nothing. Who stops reading lets go of the connection.
public struct BodyPieces: AsyncSequence, Sendable {
    /// A piece of the body.
    public typealias Element = Data

    let nextPiece: @Sendable () async throws -> Data?

    /// A body that is read by a closure.
    ///
    /// - Parameter next: Waits for the next piece and returns it; `nil` at the end. It is called by one task at a time.
    ///   It throws ``TransportError`` if the body breaks off.
    public init(next: @escaping @Sendable () async throws -> Data?) {
        let turn = Turn()
        nextPiece = {
            try turn.take()
            defer { turn.giveBack() }
            return try await next()
        }
    }

    /// A body that is there already.
    ///
    /// - Parameter data: All of it.
    public init(_ data: Data) {
        let rest = Rest(data)
        self.init { await rest.take() }
    }

    /// Starts to read.
    ///
    /// - Returns: An iterator.
    public func makeAsyncIterator() -> Iterator { Iterator(nextPiece: nextPiece) }

    /// Where a loop stands.
    public struct Iterator: AsyncIteratorProtocol {
        let nextPiece: @Sendable () async throws -> Data?

        /// The next piece.
        ///
        /// - Returns: The piece, which is not empty, or `nil` at the end.
        /// - Throws: If the body breaks off: ``DatadogError`` of an act, ``TransportError`` of a transport;
        ///   `CancellationError` if the task was cancelled.
        public mutating func next() async throws -> Data? {
            while let piece = try await nextPiece() {
                if !piece.isEmpty { return piece }
            }
            return nil
        }
    }

    /// All of the body; of one that is longer than the limit, what came up to there.
    func collected(atMost limit: Int = .max) async throws -> Data {
        var whole = Data()
        for try await piece in self {
            whole.append(piece)
            if whole.count >= limit { break }
        }
        return whole
    }

    /// The right to read, held by one reader at a time: those who read a body for us rely on that.
    ///
    /// Safe to share: what changes is only touched with the lock held.
    private final class Turn: @unchecked Sendable {
        private let lock = NSLock()
        private var isTaken = false

        func take() throws {
            let isFree = lock.withLock {
                defer { isTaken = true }
                return !isTaken
            }
            guard isFree else { throw TransportError(.other, "the body is being read by another task") }
        }

        func giveBack() {
            lock.withLock { isTaken = false }
        }
    }

    private actor Rest {
        private var data: Data?

        init(_ data: Data) {
            self.data = data
        }

        func take() -> Data? {
            defer { data = nil }
            return data
        }
    }
}
