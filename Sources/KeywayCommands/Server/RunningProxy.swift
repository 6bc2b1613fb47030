import ForwardProxy
import HTTPServer
import KeywayServer

/// The forward proxy of a server, from start to end.
struct RunningProxy: Sendable {
    /// Host and port.
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
                gate: door,
                server: tunnels
            )
        } catch {
            throw CommandError(.unavailable, "\(error.description) (--proxy-listen)")
        }
        let host = configuration.address.contains(":") ? "[\(configuration.address)]" : configuration.address
        address = "\(host):\(listener.boundPort)"
        service.proxySessions.open(at: address)
    }

    /// Opens no further host.
    func stopListening() { listener.stop() }

    /// Ends the tunnels.
    ///
    /// - Returns: How many requests did not end in time.
    func stop(gracePeriod: Double) -> Int { tunnels.stop(gracePeriod: gracePeriod) }
}
