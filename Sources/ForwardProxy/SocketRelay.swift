import Platform
import Threads

/// Passes bytes between two connections as they are, both ways, until both have come to their ends.
package struct SocketRelay: ~Copyable {
    /// The bytes that went through.
    package struct Counts: Sendable, Equatable {
        /// From the first connection to the second.
        package var sent = 0
        package var received = 0
    }

    /// One of the two ways.
    private struct Way {
        let source: Int32
        let destination: Int32
        var buffer = [UInt8](repeating: 0, count: SocketRelay.bufferLength)
        /// The bytes of the buffer that are to be sent.
        var waiting = 0..<0
        var isAtEnd = false
        var isDone = false
        var count = 0

        var wantsToRead: Bool { !isAtEnd && waiting.isEmpty }
        var wantsToWrite: Bool { !waiting.isEmpty }

        init(from source: Int32, to destination: Int32) {
            self.source = source
            self.destination = destination
        }

        /// Reads what is there.
        ///
        /// - Returns: Whether the connection is still one.
        mutating func read() -> Bool {
            let count = recv(source, &buffer, buffer.count, 0)
            if count > 0 {
                waiting = 0..<count
                return write()
            }
            if count == 0 {
                isAtEnd = true
                finishIfSent()
                return true
            }
            return errno == EAGAIN || errno == EINTR
        }

        /// Writes what has room.
        ///
        /// - Returns: Whether the connection is still one.
        mutating func write() -> Bool {
            let (destination, waiting) = (destination, waiting)
            let sent = buffer.withUnsafeBytes { bytes in
                send(destination, bytes.baseAddress.map { $0 + waiting.lowerBound }, waiting.count, Int32(MSG_NOSIGNAL))
            }
            guard sent >= 0 else { return errno == EAGAIN || errno == EINTR }
            count += sent
            self.waiting = (waiting.lowerBound + sent)..<waiting.upperBound
            finishIfSent()
            return true
        }

        /// Passes the end on, once all that came before it was.
        private mutating func finishIfSent() {
            guard isAtEnd, waiting.isEmpty, !isDone else { return }
            isDone = true
            shutdown(destination, Int32(SHUT_WR))
        }
    }

    private var out: Way
    private var back: Way

    private static let bufferLength = 32 * 1_024
    /// How often it is asked whether to go on, in milliseconds.
    private static let interval: Int32 = 1_000
    /// How long nothing may come, in nanoseconds.
    private static let patience: UInt64 = 3_600_000_000_000

    /// - Parameters:
    ///   - first: A socket that does not block, as the other. Both stay the caller's.
    ///   - second: The other.
    package init(_ first: Int32, _ second: Int32) {
        out = Way(from: first, to: second)
        back = Way(from: second, to: first)
    }

    /// Passes bytes on. It blocks, and needs a thread that may.
    ///
    /// - Parameter mayGoOn: Asked from time to time.
    /// - Returns: How many went through.
    package mutating func run(while mayGoOn: () -> Bool) -> Counts {
        var asked = MonotonicClock.now()
        var moved = asked
        while !(out.isDone && back.isDone) {
            var polled = [Self.interest(in: out.source, out, back), Self.interest(in: back.source, back, out)]
            let count = poll(&polled, 2, Self.interval)
            let now = MonotonicClock.now()
            if now - asked >= UInt64(Self.interval) * 1_000_000 {
                asked = now
                guard mayGoOn(), now - moved < Self.patience else { break }
            }
            guard count > 0 else { continue }
            moved = now
            guard Self.move(polled[0].revents, reading: &out, writing: &back),
                Self.move(polled[1].revents, reading: &back, writing: &out)
            else { break }
        }
        return Counts(sent: out.count, received: back.count)
    }

    private static func interest(in socket: Int32, _ reading: Way, _ writing: Way) -> pollfd {
        var events: Int32 = 0
        if reading.wantsToRead { events |= POLLIN }
        if writing.wantsToWrite { events |= POLLOUT }
        return pollfd(fd: events == 0 ? -1 : socket, events: Int16(events), revents: 0)
    }

    /// Moves what one of the connections is ready for.
    ///
    /// - Returns: Whether it is still one.
    private static func move(_ events: Int16, reading: inout Way, writing: inout Way) -> Bool {
        let events = Int32(events)
        if events & (POLLERR | POLLNVAL) != 0 { return false }
        if events & POLLOUT != 0, writing.wantsToWrite, !writing.write() { return false }
        if events & (POLLIN | POLLHUP) != 0 {
            if reading.wantsToRead { return reading.read() }
            return events & POLLHUP == 0
        }
        return true
    }
}
