import Platform

/// The thread that accepts connections and hands them to the engine.
///
/// The engine could listen itself, but its threads race each other when it is to stop: each takes the listening socket
/// out of its epoll set, and one that finds it gone ends the process. Limits are counted here, before a connection
/// costs anything: the engine's own are divided among its threads and looked at late.
final class Acceptor: Sendable {
    private let thread: StoppableThread

    /// How long to leave connections waiting, in milliseconds, when the process has no descriptor left for one.
    private static let pause: Int32 = 50

    /// Starts to accept.
    ///
    /// - Parameters:
    ///   - socket: The listening socket, which is closed at the end.
    ///   - registry: Decides which connections are taken.
    ///   - workers: Serve them.
    /// - Throws: ``HTTPServerError/system(call:reason:)`` if the thread can't be started.
    init(
        _ socket: ListeningSocket,
        registry: ConnectionRegistry,
        workers: Workers
    ) throws(HTTPServerError) {
        thread = try StoppableThread { stop in
            var polled = [
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
                pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            while true {
                poll(&polled, 2, -1)
                let isStopping = polled[0].revents != 0
                // Who had connected by the time of the stop is served.
                let hasAcceptedAll = Self.acceptAll(socket, registry, workers)
                if isStopping { break }
                if !hasAcceptedAll, StoppableThread.isStopped(stop, within: Self.pause) { break }
            }
            socket.close()
        }
    }

    /// Stops accepting, and closes the listening socket. To be called once.
    func stop() { thread.stop() }

    /// Accepts the connections that wait.
    ///
    /// - Returns: Whether none is left waiting: not when the process has reached a limit of the system.
    private static func acceptAll(
        _ listener: ListeningSocket,
        _ registry: ConnectionRegistry,
        _ workers: Workers
    ) -> Bool {
        while true {
            switch listener.accept() {
            case .none: return true
            case .exhausted: return false
            case .failed: continue
            case .accepted(let client): serve(client, in: nil, registry, workers)
            }
        }
    }

    /// Has a connection served, unless there are too many.
    ///
    /// - Returns: Whether it is. If not, it is closed.
    @discardableResult
    static func serve(
        _ client: AcceptedSocket,
        in tunnel: Tunnel?,
        _ registry: ConnectionRegistry,
        _ workers: Workers
    ) -> Bool {
        guard let worker = registry.admit(client.descriptor, from: client.remoteAddress, in: tunnel) else {
            close(client.descriptor)
            return false
        }
        if let tunnel { TunnelTable.shared.add(tunnel, of: client.descriptor) }
        guard workers.add(client, to: worker) else {
            if let tunnel { TunnelTable.shared.remove(tunnel, of: client.descriptor) }
            registry.withdraw(client.descriptor)
            return false
        }
        return true
    }
}
