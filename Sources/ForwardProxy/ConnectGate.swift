package import HTTPServer
package import NetworkTypes

/// A request to open a host.
package struct ConnectRequest: Sendable {
    /// In lower case, without a final dot; no IP address.
    package let host: String
    package let port: UInt16
    /// The value of `Proxy-Authorization`.
    package let authorization: String?
    package let remoteAddress: IPAddress
}

/// The way in which a host is opened.
package enum ConnectOpening: Sendable {
    /// Requests in it are served here.
    case served(Tunnel)
    /// It is passed on as it is.
    case passed(PassedTunnel)
}

/// A connection to a host whose bytes are passed on as they are.
package struct PassedTunnel: Sendable {
    /// The socket of the host, which does not block. Whoever is given this closes it.
    let upstream: Int32
    /// Tells whether it may go on. Called from time to time, on a thread that may wait.
    let mayGoOn: @Sendable () -> Bool
    /// Takes what went through, once, at the end.
    let ended: @Sendable (SocketRelay.Counts) -> Void

    package init(
        upstream: Int32,
        mayGoOn: @escaping @Sendable () -> Bool,
        ended: @escaping @Sendable (SocketRelay.Counts) -> Void
    ) {
        self.upstream = upstream
        self.mayGoOn = mayGoOn
        self.ended = ended
    }
}

/// Decides which hosts are opened.
package protocol ConnectGate: Sendable {
    /// Decides on a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - answer: Takes the decision, once, during the call or later, from any thread.
    func decide(
        _ request: ConnectRequest,
        _ answer: @escaping @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    )
}
