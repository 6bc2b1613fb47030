package import HTTPServer
import Platform
import Threads

/// Passes bytes between an end of TLS and a connection in the clear, both ways, until both have come to their ends.
package struct TLSRelay: ~Copyable {
    private let secure: TLSStream
    private let plain: Int32
    private var arriving = Queue()
    private var leaving = Queue()

    /// The bytes of one way that wait.
    private struct Queue {
        var buffer = [UInt8](repeating: 0, count: 16 * 1_024)
        var waiting = 0..<0
        var isAtEnd = false
        var isDone = false

        /// Takes bytes that were sent out of it.
        mutating func remove(_ count: Int) { waiting = (waiting.lowerBound + count)..<waiting.upperBound }
    }

    private static let interval: Int32 = 1_000
    /// How long nothing may come, in nanoseconds.
    private static let patience: UInt64 = 3_600_000_000_000

    /// - Parameters:
    ///   - secure: The end of TLS, after its handshake.
    ///   - plain: A socket that does not block. It stays the caller's.
    package init(_ secure: TLSStream, _ plain: Int32) {
        self.secure = secure
        self.plain = plain
    }

    /// Passes bytes on. It blocks, and needs a thread that may.
    package mutating func run() {
        var moved = MonotonicClock.now()
        while !(arriving.isDone && leaving.isDone) {
            guard let hasMoved = move() else { return }
            let now = MonotonicClock.now()
            if hasMoved {
                moved = now
                continue
            }
            guard now - moved < Self.patience else { return }
            var ofSecure: Int32 = 0
            var ofPlain: Int32 = 0
            if !arriving.isAtEnd, arriving.waiting.isEmpty { ofSecure |= POLLIN }
            if !leaving.waiting.isEmpty { ofSecure |= POLLOUT }
            if !leaving.isAtEnd, leaving.waiting.isEmpty { ofPlain |= POLLIN }
            if !arriving.waiting.isEmpty { ofPlain |= POLLOUT }
            var polled = [
                pollfd(fd: ofSecure == 0 ? -1 : secure.socket, events: Int16(ofSecure), revents: 0),
                pollfd(fd: ofPlain == 0 ? -1 : plain, events: Int16(ofPlain), revents: 0),
            ]
            poll(&polled, 2, Self.interval)
        }
    }

    /// Moves what can be moved at once.
    ///
    /// - Returns: Whether anything was; `nil` if one of the connections is none any more.
    private mutating func move() -> Bool? {
        let (secure, plain) = (secure, plain)
        var hasMoved = false
        if arriving.waiting.isEmpty, !arriving.isAtEnd {
            switch arriving.buffer.withUnsafeMutableBytes({ secure.read(into: $0) }) {
            case .bytes(let count): arriving.waiting = 0..<count
            case .end: arriving.isAtEnd = true
            case .pending: break
            case .failed: return nil
            }
        }
        if !arriving.waiting.isEmpty {
            let waiting = arriving.waiting
            let sent = arriving.buffer.withUnsafeBytes { bytes in
                send(plain, bytes.baseAddress.map { $0 + waiting.lowerBound }, waiting.count, Int32(MSG_NOSIGNAL))
            }
            guard sent >= 0 || errno == EAGAIN || errno == EINTR else { return nil }
            if sent > 0 {
                arriving.remove(sent)
                hasMoved = true
            }
        }
        if arriving.isAtEnd, arriving.waiting.isEmpty, !arriving.isDone {
            arriving.isDone = true
            hasMoved = true
            shutdown(plain, Int32(SHUT_WR))
        }
        if leaving.waiting.isEmpty, !leaving.isAtEnd {
            let count = leaving.buffer.withUnsafeMutableBytes { recv(plain, $0.baseAddress, $0.count, 0) }
            if count > 0 { leaving.waiting = 0..<count }
            if count == 0 { leaving.isAtEnd = true }
            guard count >= 0 || errno == EAGAIN || errno == EINTR else { return nil }
        }
        if !leaving.waiting.isEmpty {
            let waiting = leaving.waiting
            let sent = leaving.buffer.withUnsafeBytes { secure.write(UnsafeRawBufferPointer(rebasing: $0[waiting])) }
            guard let sent else { return nil }
            if sent > 0 {
                leaving.remove(sent)
                hasMoved = true
            }
        }
        if leaving.isAtEnd, leaving.waiting.isEmpty, !leaving.isDone {
            leaving.isDone = true
            hasMoved = true
            secure.finish()
        }
        return hasMoved
    }
}
