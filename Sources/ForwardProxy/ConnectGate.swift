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

/// Decides which hosts are opened.
package protocol ConnectGate: Sendable {
    /// Decides on a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - answer: Takes the decision, once, during the call or later, from any thread.
    func decide(_ request: ConnectRequest, _ answer: @escaping @Sendable (Result<Tunnel, ConnectRefusal>) -> Void)
}
