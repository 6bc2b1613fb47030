import CMicrohttpd
import Platform
import Threads

/// The thread that notices clients who leave while their request waits: the engine does not look at a connection that
/// is suspended.
///
/// A connection is watched from its first request that asks for it until it is closed, so that a request costs nothing
/// more. The end of what the client sends counts as leaving, be it an orderly end or a reset; bytes that wait to be
/// read, such as the next request, do not.
///
/// Safe to share: the table is only touched with the lock held, and the descriptor is constant.
final class PeerWatch: @unchecked Sendable {
    private let lock = Lock()
    private var watched: [Int32: Connection] = [:]
    private let watch: Int32
    private var thread: StoppableThread?

    init() throws(HTTPServerError) {
        watch = keyway_watch_create()
        guard watch >= 0 else { throw .system(call: "epoll_create1", reason: ListeningSocket.reason(errno)) }
        thread = try StoppableThread { [unowned self] stop in run(until: stop) }
    }

    deinit { close(watch) }

    /// Ends the thread. To be called once.
    func stop() {
        thread?.stop()
        thread = nil
    }

    /// Has the connection told when its client leaves, from now until ``forget(_:)``.
    func add(_ connection: Connection) {
        lock {
            guard !connection.isClosed, watched.updateValue(connection, forKey: connection.socket) == nil else {
                return
            }
            _ = keyway_watch_add(watch, connection.socket, 0)
        }
    }

    /// The connection is about to be closed. The system takes its socket out of the set with that.
    func forget(_ connection: Connection) {
        lock {
            connection.isClosed = true
            if watched[connection.socket] === connection { watched[connection.socket] = nil }
        }
    }

    private func run(until stop: Int32) {
        _ = keyway_watch_add(watch, stop, 1)
        var ready = [Int32](repeating: 0, count: 64)
        while true {
            let count = Int(keyway_watch_wait(watch, &ready, Int32(ready.count)))
            for socket in ready.prefix(max(0, count)) {
                if socket == stop { return }
                left(socket)?.clientHasLeft()
            }
        }
    }

    /// The connection of a socket, if its client has left. The event may be about an earlier one with the same number.
    private func left(_ socket: Int32) -> Connection? {
        lock {
            guard let connection = watched[socket] else { return nil }
            // Not closed as long as the lock is held.
            var state = pollfd(fd: socket, events: Int16(POLLRDHUP), revents: 0)
            poll(&state, 1, 0)
            return state.revents & Int16(POLLRDHUP | POLLHUP | POLLERR) != 0 ? connection : nil
        }
    }
}
