import CMicrohttpd
import NetworkTypes
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
        let listener = socket.descriptor
        thread = try StoppableThread { stop in
            var polled = [
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            while true {
                poll(&polled, 2, -1)
                let isStopping = polled[0].revents != 0
                // Who had connected by the time of the stop is served.
                let hasAcceptedAll = Self.acceptAll(listener, registry, workers)
                if isStopping { break }
                if !hasAcceptedAll, StoppableThread.isStopped(stop, within: Self.pause) { break }
            }
            close(listener)
        }
    }

    /// Stops accepting, and closes the listening socket. To be called once.
    func stop() { thread.stop() }

    /// Accepts the connections that wait.
    ///
    /// - Returns: Whether none is left waiting: not when the process has reached a limit of the system.
    private static func acceptAll(
        _ listener: Int32,
        _ registry: ConnectionRegistry,
        _ workers: Workers
    ) -> Bool {
        while true {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let client = keyway_accept(listener, &address, &length)
            guard client >= 0 else {
                switch errno {
                case EAGAIN: return true
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return false
                // A connection that has failed before it was accepted: the next one may be well.
                default: continue
                }
            }
            let remote = withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { IPAddress($0) ?? .unspecified }
            }
            guard let worker = registry.admit(client, from: remote) else {
                close(client)
                continue
            }
            if !workers.add(client, &address, length, to: worker) { registry.withdraw(client) }
        }
    }
}
