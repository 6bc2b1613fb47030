import Egress
import ForwardProxy
import HTTPServer
import Platform
import Threads

/// A loopback port for a command's tools, which reach no proxy at a Unix socket, and few one over TLS: its connections
/// lead there.
final class RunRelay: Sendable {
    /// The place of a proxy.
    enum Target: Sendable {
        case unixSocket(String)
        case tls(host: String, port: UInt16)

        /// The place in the address of a proxy, as its session has it; `nil` for one that tools reach by themselves. The
        /// server's host stands for the address of a proxy that listens on all.
        init?(_ proxy: String, of server: String?) {
            let scheme = "https://"
            if let path = ConnectListener.path(of: proxy) {
                self = .unixSocket(path)
            } else if proxy.hasPrefix(scheme), let colon = proxy.lastIndex(of: ":"),
                let port = UInt16(proxy[proxy.index(after: colon)...])
            {
                let host = proxy[..<colon].dropFirst(scheme.count).filter { $0 != "[" && $0 != "]" }
                self = .tls(host: ["0.0.0.0", "::"].contains(host) ? server ?? host : host, port: port)
            } else {
                return nil
            }
        }
    }

    /// A way to a proxy, with all that it needs.
    private enum Way: Sendable {
        case unixSocket(String)
        case tls(host: String, port: UInt16, TLSCredentials, GuardedSockets)
    }

    /// Host and port.
    let address: String
    private let thread: StoppableThread

    /// The time to wait where the process has no descriptor left, in milliseconds.
    private static let pause: Int32 = 50
    /// The time that a handshake may take, in seconds.
    private static let patience = 10.0

    /// Starts to listen.
    ///
    /// - Throws: ``CommandError`` if nothing can listen.
    init(to target: Target) throws(CommandError) {
        let way = try Self.way(to: target)
        do throws(HTTPServerError) {
            let socket = try ListeningSocket(address: "127.0.0.1", port: 0)
            address = "127.0.0.1:\(socket.port)"
            do throws(HTTPServerError) {
                thread = try StoppableThread { stop in Self.accept(socket, way, until: stop) }
            } catch {
                socket.close()
                throw error
            }
        } catch {
            throw CommandError(.unavailable, error.description)
        }
    }

    /// Stops listening. Connections under way end with their tools.
    func stop() { thread.stop() }

    private static func way(to target: Target) throws(CommandError) -> Way {
        switch target {
        case .unixSocket(let path): return .unixSocket(path)
        case .tls(let host, let port):
            guard let credentials = TLSCredentials(trusting: Environment["SSL_CERT_FILE"]) else {
                throw CommandError(.unavailable, "there are no certificate authorities to trust the proxy by")
            }
            var configuration = EgressConfiguration()
            // Its server is reached at any address, too.
            configuration.allowedNetworks = ["0.0.0.0/0", "::/0"].compactMap { IPNetwork($0) }
            return .tls(host: host, port: port, credentials, GuardedSockets(configuration))
        }
    }

    private static func accept(_ listener: ListeningSocket, _ way: Way, until stop: Int32) {
        defer { listener.close() }
        var polled = [
            pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            poll(&polled, 2, -1)
            guard polled[0].revents == 0 else { return }
            switch listener.accept() {
            case .none, .failed: continue
            case .exhausted: if StoppableThread.isStopped(stop, within: pause) { return }
            case .accepted(let client):
                DetachedThread.start {
                    relay(client.descriptor, by: way)
                    close(client.descriptor)
                }
            }
        }
    }

    private static func relay(_ client: Int32, by way: Way) {
        switch way {
        case .unixSocket(let path):
            guard let proxy = UnixSocket.connect(path) else { return }
            var relay = SocketRelay(client, proxy)
            _ = relay.run { true }
            close(proxy)
        case .tls(let host, let port, let credentials, let sockets):
            guard let proxy = try? sockets.connect(to: host, port: port) else { return }
            if let secure = TLSStream(asking: host, over: proxy, by: credentials),
                secure.handshake(within: patience)
            {
                var relay = TLSRelay(secure, client)
                relay.run()
            } else {
                Terminal.printError("keyway: \(host):\(port) is no proxy over TLS with a certificate that is trusted")
            }
            close(proxy)
        }
    }
}
