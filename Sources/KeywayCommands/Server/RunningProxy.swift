import ForwardProxy
import HTTPServer
import KeywayServer
import Platform

/// The forward proxy of a server, from start to end.
struct RunningProxy: Sendable {
    /// Host and port, behind `https://` where it speaks TLS; or `unix:` and the path of a socket.
    let address: String
    private let listener: ConnectListener
    private let tunnels: HTTPServer

    init(_ configuration: ServerConfiguration, _ service: Service) throws(CommandError) {
        let door = ProxyDoor(service)
        do throws(HTTPServerError) {
            tunnels = try HTTPServer(tunnels: configuration, handler: door)
            listener = try ConnectListener(
                address: configuration.address,
                port: configuration.port,
                tls: configuration.tls,
                gate: door,
                server: tunnels
            )
        } catch {
            throw CommandError(.unavailable, "\(error.description) (--proxy-listen)")
        }
        if ConnectListener.path(of: configuration.address) != nil {
            address = configuration.address
        } else {
            let host = configuration.address.contains(":") ? "[\(configuration.address)]" : configuration.address
            address = (configuration.tls == nil ? "" : "https://") + "\(host):\(listener.boundPort)"
        }
        service.proxySessions.open(at: address)
    }

    /// Opens no further host.
    func stopListening() {
        listener.stop()
        if let path = ConnectListener.path(of: address) { unlink(path) }
    }

    /// Ends the tunnels.
    ///
    /// - Returns: How many requests did not end in time.
    func stop(gracePeriod: Double) -> Int {
        defer { listener.endPassedTunnels() }
        return tunnels.stop(gracePeriod: gracePeriod)
    }
}
