import Documents
import HTTPServer
import Storage
import Threads

/// Sends a list as it is read from the store: in short reads, each when the client has taken what came before. A client
/// that reads slowly holds up no read, and keeps little in memory.
///
/// Safe to share: what changes is only touched with the lock held, except for what the store is asked: one read at a
/// time is under way.
final class ListSender: BodyStreamOwner, @unchecked Sendable {
    private let list: ReadList
    private let key: Identifier
    private let threads: ReadingThreads
    private let share: ResponseBudget.Share

    private let lock = Lock()
    private var stream: (any ServiceBodyStream)?
    private var position: ListPosition?
    private var isOver = false

    /// The memory that one list takes, in bytes: the stream's buffer and one piece.
    static let heldBytes = 256 * 1_024
    /// For how long a list waits that is not read on because the key reads too much already.
    private static let patience = Duration.milliseconds(100)

    /// - Parameters:
    ///   - list: The list.
    ///   - key: The caller's.
    ///   - share: The memory that it may take.
    ///   - threads: Where it is read.
    init(_ list: ReadList, for key: Identifier, _ share: ResponseBudget.Share, on threads: ReadingThreads) {
        self.list = list
        self.key = key
        self.share = share
        self.threads = threads
    }

    /// Begins the response with what was read first. To be called once.
    func begin(
        with first: ReadList.Piece,
        _ response: Response,
        answering reply: any ServiceReply,
        isHead: Bool
    ) {
        let stream = reply.stream(response, length: nil, owner: self)
        guard !isHead else { return stream.finish() }
        let hasGone = lock {
            if !isOver { self.stream = stream }
            return isOver
        }
        if hasGone { return }
        send(first, to: stream, isFirst: true)
    }

    func streamHasRoom() { schedule() }

    func streamClosed() {
        // Outside of the lock: what goes may take it.
        let stream = lock {
            defer {
                isOver = true
                self.stream = nil
            }
            return self.stream
        }
        withExtendedLifetime(stream) {}
    }

    private func schedule() {
        threads.run(for: key) {
            self.readOn()
        } refused: {
            Task {
                try? await Task.sleep(for: Self.patience)
                self.schedule()
            }
        }
    }

    private func readOn() {
        guard let (stream, position) = lock({ stream.map { ($0, position) } }) else { return }
        do {
            send(try list.read(position), to: stream, isFirst: false)
        } catch {
            // What has left can't be taken back: the client learns that the rest is missing.
            stream.abort()
        }
    }

    private func send(_ piece: ReadList.Piece, to stream: any ServiceBodyStream, isFirst: Bool) {
        lock { position = piece.end }
        let hasRoom = stream.write(piece.bytes(isFirst: isFirst))
        if piece.end == nil {
            stream.finish()
        } else if hasRoom {
            schedule()
        }
    }
}

/// A list of documents that is read in pieces.
struct ReadList: Sendable {
    struct Piece: Sendable {
        let documents: [[UInt8]]
        /// Where the list goes on; `nil` at its end.
        let end: ListPosition?

        /// The piece as a part of `{"data":[…]}`.
        func bytes(isFirst: Bool) -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(documents.reduce(16) { $0 + $1.count + 1 })
            if isFirst { bytes += Array("{\"data\":[".utf8) }
            for (index, document) in documents.enumerated() {
                if index > 0 || !isFirst { bytes.append(UInt8(ascii: ",")) }
                bytes += document
            }
            if end == nil { bytes += Array("]}".utf8) }
            return bytes
        }
    }

    /// How much is read at a time, in bytes, or one document if that is longer.
    static let pieceBytes = 48 * 1_024

    /// Reads what comes after a position, or the beginning.
    let read: @Sendable (ListPosition?) throws -> Piece
}
