#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The sockets that a thread waits for.
struct PollSet {
    private var entries: [pollfd] = []
    private var positions: [Int32: Int] = [:]

    /// Watches a socket for `events`, in place of what it was watched for.
    mutating func watch(_ socket: Int32, for events: Int32) {
        let entry = pollfd(fd: socket, events: Int16(events), revents: 0)
        if let position = positions[socket] {
            entries[position] = entry
        } else {
            positions[socket] = entries.count
            entries.append(entry)
        }
    }

    mutating func remove(_ socket: Int32) {
        guard let position = positions.removeValue(forKey: socket) else { return }
        let last = entries.removeLast()
        if last.fd != socket {
            entries[position] = last
            positions[last.fd] = position
        }
    }

    /// Waits until something happens on a socket, or time is up.
    ///
    /// - Parameters:
    ///   - milliseconds: -1 for as long as it takes.
    ///   - ready: Receives the sockets and what happened.
    mutating func wait(milliseconds: Int32, ready: inout [(socket: Int32, events: Int32)]) {
        let count = poll(&entries, nfds_t(entries.count), milliseconds)
        guard count > 0 else { return }
        for entry in entries where entry.revents != 0 { ready.append((entry.fd, Int32(entry.revents))) }
    }
}
