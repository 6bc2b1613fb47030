/// Where and how to listen.
package struct ServerConfiguration: Sendable {
    /// An IPv4 or IPv6 literal (without brackets), or `localhost`, which means `127.0.0.1`.
    package var address: String
    /// The port; 0 takes any free one, told by ``HTTPServer/boundPort``.
    package var port: UInt16
    /// Speaks HTTPS, and only that, when given.
    package var tls: TLSIdentity?
    /// The network threads.
    package var threads: Int
    package var limits: Limits
    /// Headers of which a request may have one at most, such as those of credentials: with two it is ambiguous whose
    /// they are. Without regard to case.
    package var singleHeaders: [StaticString] = []
    /// Whether to start with a release of the engine of which it is not proven that it refuses what it must.
    package var allowsUnprovenEngine = false

    package init(
        address: String = "127.0.0.1",
        port: UInt16 = 0,
        tls: TLSIdentity? = nil,
        threads: Int = HTTPServer.coreCount,
        limits: Limits = Limits()
    ) {
        self.address = address
        self.port = port
        self.tls = tls
        self.threads = threads
        self.limits = limits
    }
}
