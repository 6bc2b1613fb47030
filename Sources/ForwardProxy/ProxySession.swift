package import Cryptography
package import Documents
package import HTTPServer
import Synchronization

/// A session of the proxy: the hosts of some connections, and the authority whose certificates open them. It lies in
/// memory alone.
package final class ProxySession: Sendable {
    /// The maker of a session: sessions are found by it where no request names them.
    package struct Maker: Sendable, Hashable {
        package let organization: Identifier
        /// The application key or the access token, as principals have it.
        package let credential: Identifier

        package init(organization: Identifier, credential: Identifier) {
            self.organization = organization
            self.credential = credential
        }
    }

    /// The events of a session, for its end.
    package struct Summary: Sendable, Equatable {
        /// The requests that were sent through a connection.
        package var acts = 0
        /// The requests that were refused.
        package var refusals = 0
        /// The hosts that were asked for and are none of the session's, with how often; the first of them.
        package var unboundHosts: [String: Int] = [:]
    }

    private struct State {
        /// `nil` once the session has ended.
        var authority: SessionAuthority?
        var certificates: [String: TunnelCertificate] = [:]
        var summary = Summary()
    }

    package let id: Identifier
    package let maker: Maker
    package let connections: [Identifier]
    /// The hosts that it may open, and the domains.
    package let names: [String]
    /// Whether the connection's credential is added to requests that carry none.
    package let addsCredentials: Bool
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    /// The certificate that its clients are to trust, in PEM.
    package let certificatePEM: String
    private let state: Mutex<State>

    /// The hosts whose certificates are kept; below a domain there may be any number.
    private static let certificatesAtMost = 256
    private static let unboundHostsAtMost = 100

    /// - Throws: ``P256SigningKey/Failure`` if there are no keys.
    package init(
        id: Identifier,
        maker: Maker,
        connections: [Identifier],
        names: [String],
        addsCredentials: Bool,
        now: Timestamp,
        expiresAt: Timestamp
    ) throws(P256SigningKey.Failure) {
        let authority = try SessionAuthority(
            for: names,
            label: id.description,
            now: now.microseconds / 1_000_000,
            // No request counts later.
            end: expiresAt.microseconds / 1_000_000 + 1
        )
        self.id = id
        self.maker = maker
        self.connections = connections
        self.names = names
        self.addsCredentials = addsCredentials
        createdAt = now
        self.expiresAt = expiresAt
        certificatePEM = CertificatePEM.text(of: authority.root)
        state = Mutex(State(authority: authority))
    }

    /// Whether its hosts may be opened, and requests to them sent.
    package func isGood(at time: Timestamp) -> Bool {
        time < expiresAt && state.withLock { $0.authority != nil }
    }

    /// Whether its authority may vouch for a host: a name that is the session's, or one below. Whether a host is opened is
    /// not decided by that.
    package func covers(_ host: String) -> Bool {
        names.contains { host == $0 || host.hasSuffix("." + $0) }
    }

    /// Its authority; `nil` once it has ended.
    var authority: SessionAuthority? { state.withLock { $0.authority } }

    /// The certificate for a host.
    ///
    /// - Returns: `nil` if the session has ended, or if the host is none of its own.
    /// - Throws: ``P256SigningKey/Failure`` if nothing can be signed.
    package func certificate(for host: String) throws(P256SigningKey.Failure) -> TunnelCertificate? {
        guard covers(host) else { return nil }
        guard let authority else { return nil }
        if let known = state.withLock({ $0.certificates[host] }) { return known }
        let chain = [try authority.certificate(for: host), authority.intermediate]
        let key = authority.hostKey
        guard
            let made = key.withNumber({ TunnelCertificate.made(of: chain, point: key.point, number: $0) })
        else { throw P256SigningKey.Failure() }
        state.withLock { state in
            guard state.authority != nil else { return }
            if state.certificates.count >= Self.certificatesAtMost { state.certificates.removeAll() }
            state.certificates[host] = made
        }
        return made
    }

    /// Ends it: its keys are gone with its last handshake.
    package func end() {
        state.withLock { state in
            state.authority = nil
            state.certificates = [:]
        }
    }

    // MARK: The summary

    package var summary: Summary { state.withLock { $0.summary } }

    package func noteAct() { state.withLock { $0.summary.acts += 1 } }

    package func noteRefusal() { state.withLock { $0.summary.refusals += 1 } }

    package func noteUnbound(_ host: String) {
        state.withLock { state in
            guard
                state.summary.unboundHosts.count < Self.unboundHostsAtMost || state.summary.unboundHosts[host] != nil
            else { return }
            state.summary.unboundHosts[host, default: 0] += 1
        }
    }
}
