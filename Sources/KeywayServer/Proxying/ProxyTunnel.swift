import ActService
import Documents
import ForwardProxy
import HTTPServer

/// The facts of a host that was opened through the forward proxy.
final class ProxyTunnel: Sendable {
    let session: ProxySession
    /// The credential that the host was opened by: requests without an act token of their own are its.
    let credential: Credential
    /// The connections that the requests may be for.
    let connections: [Identifier]
    /// Whether the connection's credential is added to requests that carry none.
    let addsCredentials: Bool

    init(session: ProxySession, credential: Credential, connections: [Identifier]) {
        self.session = session
        self.credential = credential
        self.connections = connections
        addsCredentials = session.addsCredentials
    }
}

extension ServiceRequest {
    var proxyTunnel: ProxyTunnel? { tunnel?.context as? ProxyTunnel }
}
