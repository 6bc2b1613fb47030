import HTTPServer
import Platform

/// The head of a request as far as it has come. It holds a credential, and is zeroed at its end.
final class ArrivingHead {
    enum Progress: Equatable {
        case incomplete, complete, tooLong
        /// The client has gone.
        case closed
    }

    let client: AcceptedSocket
    /// When it must be there, in the nanoseconds of a monotonic clock.
    let deadline: UInt64
    private(set) var bytes: [UInt8] = []

    private static let chunkLength = 4_096

    init(_ client: AcceptedSocket, deadline: UInt64) {
        self.client = client
        self.deadline = deadline
    }

    deinit {
        bytes.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        }
    }

    /// Reads what has come of the head, and not a byte behind its end.
    func read() -> Progress {
        withUnsafeTemporaryAllocation(byteCount: Self.chunkLength, alignment: 16) { chunk in
            guard let start = chunk.baseAddress else { return .closed }
            defer { explicit_bzero(start, chunk.count) }
            // All that it may become: where it grew, it would leave a copy behind that nobody zeroes.
            if bytes.isEmpty { bytes.reserveCapacity(ConnectHead.longest + Self.chunkLength) }
            while true {
                let seen = recv(client.descriptor, start, chunk.count, Int32(MSG_PEEK))
                if seen == 0 { return .closed }
                guard seen > 0 else { return errno == EAGAIN || errno == EINTR ? .incomplete : .closed }
                let known = bytes.count
                bytes += chunk[..<seen]
                let end = ConnectHead.end(in: bytes, from: known - 2)
                if let end { bytes.removeLast(bytes.count - end) }
                // They are there: they were just seen.
                let taken = bytes.count - known
                guard recv(client.descriptor, start, taken, 0) == taken else { return .closed }
                if bytes.count > ConnectHead.longest { return .tooLong }
                if end != nil { return .complete }
            }
        }
    }
}
