import CMicrohttpd
import NetworkTypes
import Threads

/// The tunnels of open connections by their sockets: GnuTLS' question for a certificate has no other context.
///
/// Safe to share: the table is only touched with the lock held.
final class TunnelTable: @unchecked Sendable {
    static let shared = TunnelTable()

    private let lock = Lock()
    private var tunnels: [Int32: Tunnel] = [:]

    /// Adds the tunnel of a socket that the engine is about to get.
    func add(_ tunnel: Tunnel, of socket: Int32) {
        lock { tunnels[socket] = tunnel }
    }

    /// Removes the tunnel of a socket, unless the socket's number is another tunnel's by now.
    func remove(_ tunnel: Tunnel, of socket: Int32) {
        lock {
            if tunnels[socket] === tunnel { tunnels[socket] = nil }
        }
    }

    /// The certificate of the connection's tunnel, if the handshake is for the tunnel's host.
    func certificate(for session: OpaquePointer) -> TunnelCertificate? {
        let socket = gnutls_transport_get_int(session)
        guard let tunnel = lock({ tunnels[socket] }), Self.isMeant(tunnel.host, by: session) else { return nil }
        return tunnel.certificate
    }

    /// Whether the handshake is for that host, or names none.
    private static func isMeant(_ host: String, by session: OpaquePointer) -> Bool {
        var name = [UInt8](repeating: 0, count: 256)
        var count = name.count
        var type: UInt32 = 0
        switch gnutls_server_name_get(session, &name, &count, &type, 0) {
        case 0:
            var text = name.prefix(count).prefix { $0 != 0 }
            if text.last == UInt8(ascii: ".") { text.removeLast() }
            return host.utf8.elementsEqual(text.map(HeaderSyntax.lowercased))
        case GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE: return true
        default: return false
        }
    }
}
