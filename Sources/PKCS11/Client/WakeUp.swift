import Platform

/// Waits for a socket, or until another thread wants attention.
final class WakeUp: Sendable {
    private let ends: (waiting: Int32, signalling: Int32)

    init() {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let status = socketpair(AF_UNIX, type, 0, &ends)
        precondition(status == 0, "the system has sockets")
        self.ends = (ends[0], ends[1])
    }

    deinit {
        close(ends.waiting)
        close(ends.signalling)
    }

    func signal() {
        // Where it is full, enough is there to wake anyone.
        _ = send(ends.signalling, [1], 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    /// - Returns: Whether the socket can be read, which it also can at its end.
    func wait(for socket: Int32, writable: Bool, milliseconds: Int) -> Bool {
        var files = [
            pollfd(fd: socket, events: Int16(POLLIN) | (writable ? Int16(POLLOUT) : 0), revents: 0),
            pollfd(fd: ends.waiting, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&files, nfds_t(files.count), Int32(clamping: milliseconds)) > 0 else { return false }
        if files[1].revents != 0 {
            var bytes = [UInt8](repeating: 0, count: 256)
            while recv(ends.waiting, &bytes, bytes.count, Int32(MSG_DONTWAIT)) == bytes.count {}
        }
        return files[0].revents & ~Int16(POLLOUT) != 0
    }
}
