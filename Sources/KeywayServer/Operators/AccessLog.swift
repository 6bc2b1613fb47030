package import Documents
import HTTPServer
import Platform
import Synchronization
import Threads

/// Writes the log: JSON, a line each, on a file descriptor.
///
/// Lines gather in memory and are written by a thread of their own, at least every 100 ms, so no request waits for
/// anyone who reads the log. If nobody reads, lines are dropped and counted.
package final class AccessLog: Sendable {
    private struct Buffer {
        var bytes: [UInt8] = []
        var dropped: UInt64 = 0
    }

    private let descriptor: Int32
    private let buffer = Mutex(Buffer())
    /// The bytes taken from the buffer and not written yet. The writer holds the lock, so that lines keep their order.
    private let writing = Mutex<ArraySlice<UInt8>>([])

    /// Bytes that wait for the writer at most, besides those that it is writing.
    static let waitingAtMost = 8 << 20
    /// A pipe that takes anything takes so much without making the writer wait (POSIX, `PIPE_BUF`).
    private static let pieceLength = 4096

    /// - Parameter descriptor: Standard error, unless a test reads along.
    package init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        DetachedThread.start { [weak self] in
            while true {
                usleep(100_000)
                guard let self else { return }
                self.flush(within: 0.5)
            }
        }
    }

    var dropped: UInt64 { buffer.withLock { $0.dropped } }

    /// Writes the lines that wait. Returns when they are written, or after the given number of seconds: lines that
    /// nobody took by then go on waiting.
    package func flush(within seconds: Double = 2) {
        let end = MonotonicClock.now() + UInt64(seconds * 1e9)
        writing.withLock { pending in
            while true {
                if pending.isEmpty { pending = takeBuffer()[...] }
                guard !pending.isEmpty, isWritable(until: end) else { return }
                let written = pending.withUnsafeBytes {
                    write(descriptor, $0.baseAddress, min($0.count, Self.pieceLength))
                }
                if written > 0 {
                    pending = pending.dropFirst(written)
                } else if errno != EINTR, errno != EAGAIN {
                    // Nobody will ever read them.
                    let lines = pending.count { $0 == UInt8(ascii: "\n") }
                    buffer.withLock { $0.dropped += UInt64(lines) }
                    pending = []
                }
            }
        }
    }

    private func takeBuffer() -> [UInt8] {
        buffer.withLock { buffer in
            defer { buffer.bytes = [] }
            return buffer.bytes
        }
    }

    private func isWritable(until end: UInt64) -> Bool {
        let now = MonotonicClock.now()
        guard now < end else { return false }
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Whether the other end was closed is for `write` to tell.
        return poll(&request, 1, Int32((end - now) / 1_000_000)) > 0
    }

    /// Tells the operator of the server's own trouble with a request.
    func noteFailure(_ reason: String, of requestID: String) {
        note("failure", level: .error, [.init("request_id", .string(requestID)), .init("reason", .string(reason))])
    }

    /// Writes a line about something that is no request.
    package func note(_ event: String, level: Level = .info, _ members: [JSONValue.Member] = []) {
        var writer = JSONWriter()
        writer.write(
            .object(
                [
                    .init("time", .string(Timestamp.now.description)),
                    .init("level", .string(level.rawValue)),
                    .init("event", .string(event)),
                ] + members
            )
        )
        writer.write(raw: "\n")
        append(writer.bytes)
    }

    package enum Level: String, Sendable {
        case info, warning, error
    }

    func append(_ line: [UInt8]) {
        buffer.withLock { buffer in
            if buffer.bytes.count + line.count > Self.waitingAtMost {
                buffer.dropped += 1
            } else {
                buffer.bytes += line
            }
        }
    }
}
