package import Documents
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import HTTPServer
import Synchronization

/// Writes the log: JSON, a line each, on a file descriptor.
///
/// Lines gather in memory and are written by a thread of their own, at least every 100 ms, so no request waits for
/// whoever reads the log. If nobody reads, lines are dropped and counted.
package final class AccessLog: Sendable {
    private struct Buffer {
        var bytes: [UInt8] = []
        var dropped: UInt64 = 0
    }

    private let descriptor: Int32
    private let buffer = Mutex(Buffer())
    private let writing = Mutex(())

    /// Bytes that wait for the writer at most.
    private static let waitingAtMost = 8 << 20

    /// - Parameter descriptor: Standard error, unless a test reads along.
    package init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        DetachedThread.start { [weak self] in
            while true {
                usleep(100_000)
                guard let self else { return }
                self.flush()
            }
        }
    }

    var dropped: UInt64 { buffer.withLock { $0.dropped } }

    /// Writes all lines that wait. Returns when they are written.
    package func flush() {
        // One at a time, so that lines keep their order.
        writing.withLock { _ in
            let bytes = buffer.withLock { buffer in
                let bytes = buffer.bytes
                buffer.bytes = []
                return bytes
            }
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
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
