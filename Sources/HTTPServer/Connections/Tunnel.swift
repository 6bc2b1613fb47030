/// The inside of a connection that a client has opened to a host, as it thinks: who handed the connection over knows of
/// which host, and by which right.
package final class Tunnel: Sendable {
    /// The name of the host in lower case. A handshake for another is refused.
    package let host: String
    package let port: UInt16
    let certificate: TunnelCertificate
    /// The facts that its door knows of it.
    package let context: any AnyObject & Sendable

    package init(host: String, port: UInt16, certificate: TunnelCertificate, context: any AnyObject & Sendable) {
        self.host = host
        self.port = port
        self.certificate = certificate
        self.context = context
    }
}
