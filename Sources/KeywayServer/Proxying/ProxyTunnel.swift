import ActService
import Acting
import Documents
import ForwardProxy
import HTTPServer
import Secrets

/// The facts of a host that was opened through the forward proxy.
final class ProxyTunnel: Sendable {
    let session: ProxySession
    /// The credential that the host was opened by: requests without an act token of their own are its.
    let credential: Credential
    /// The connections that the requests may be for.
    let connections: [Identifier]
    /// The cloud whose tokens the host issues, if Keyway answers in its place.
    let tokenCloud: BoundAddress.TokenCloud?
    /// The text of the act token that the host was opened by, where a tool is to get it back as its cloud's.
    let actToken: Secret?
    /// Whether the connection's credential is added to requests that carry none.
    let addsCredentials: Bool

    init(
        session: ProxySession,
        credential: Credential,
        connections: [Identifier],
        tokenCloud: BoundAddress.TokenCloud? = nil,
        actToken: Secret? = nil
    ) {
        self.session = session
        self.credential = credential
        self.connections = connections
        self.tokenCloud = tokenCloud
        self.actToken = actToken
        addsCredentials = session.addsCredentials
    }
}

extension ServiceRequest {
    var proxyTunnel: ProxyTunnel? { tunnel?.context as? ProxyTunnel }
}

extension Call {
    /// The host that a request has come to through the forward proxy, as all requests of those endpoints have.
    var opened: (host: Tunnel, facts: ProxyTunnel) {
        guard let tunnel = request.tunnel, let opened = request.proxyTunnel else {
            preconditionFailure("such a request has come through a tunnel")
        }
        return (tunnel, opened)
    }

    /// Refuses a request whose session has ended, and one for another host than its tunnel's: a client that uses one
    /// connection for several.
    func requireOpen() throws(APIError) {
        let (tunnel, opened) = self.opened
        guard opened.session.isGood(at: .now) else {
            throw APIError(403, "The proxy's session has ended: connect anew, with another.")
        }
        var name = (request.header("Host") ?? "").lowercased()[...]
        if name.hasSuffix(":\(tunnel.port)") { name = name.dropLast(":\(tunnel.port)".count) }
        if name.hasSuffix(".") { name = name.dropLast() }
        guard name == tunnel.host else {
            throw APIError(421, "The request is for another host than the one that was opened: \(tunnel.host).")
        }
    }
}
