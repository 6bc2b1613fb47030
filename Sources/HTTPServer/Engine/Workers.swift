import CMicrohttpd
import Platform
import Secrets

/// The engine's daemons, a thread each, which serve the connections that are handed to them.
///
/// Several daemons instead of one with a pool: the engine would choose a thread by the number of the socket, which may
/// be even for all long-lived connections.
///
/// Safe to share: the handles are constants and meant for several threads, and only `stop`, called once, ends their
/// use.
final class Workers: @unchecked Sendable {
    private let daemons: [OpaquePointer]

    init(
        _ count: Int,
        _ settings: keyway_daemon_settings,
        _ security: TransportSecurity
    ) throws(HTTPServerError) {
        var daemons: [OpaquePointer] = []
        for _ in 0..<count {
            guard let daemon = Self.start(settings, security) else {
                let code = errno
                for daemon in daemons { MHD_stop_daemon(daemon) }
                if case .identity = security { throw .unusableTLSIdentity }
                throw .system(call: "starting the network threads", reason: ListeningSocket.reason(code))
            }
            daemons.append(daemon)
        }
        self.daemons = daemons
    }

    private static func start(_ settings: keyway_daemon_settings, _ security: TransportSecurity) -> OpaquePointer? {
        var settings = settings
        switch security {
        case .none: return withUnsafePointer(to: settings) { keyway_start_daemon($0) }
        case .identity(let identity):
            // C strings: the engine copies what it needs while it starts.
            let key = SecretBuffer(count: identity.keyPEM.count + 1) { bytes in
                identity.keyPEM.withBytes { bytes.copyMemory(from: $0) }
            }
            return (identity.certificatePEM + [0]).withUnsafeBytes { certificate in
                settings.certificate_pem = certificate.baseAddress?.assumingMemoryBound(to: CChar.self)
                settings.key_pem = key.bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                defer { withExtendedLifetime(key) {} }
                return startSecurely(settings)
            }
        case .tunnels:
            settings.retrieve_certificate = { session, _, _, _, _, certificates, count, key in
                guard let session, let certificates, let count, let key,
                    let certificate = TunnelTable.shared.certificate(for: session)
                else { return -1 }
                certificate.give(certificates, count, key)
                return 0
            }
            return startSecurely(settings)
        }
    }

    private static func startSecurely(_ settings: keyway_daemon_settings) -> OpaquePointer? {
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2".withCString { priorities in
            var settings = settings
            settings.tls_priorities = priorities
            return withUnsafePointer(to: settings) { keyway_start_daemon($0) }
        }
    }

    /// Hands a connection to a worker.
    ///
    /// - Returns: Whether it took it. If not, the socket is closed.
    func add(_ client: AcceptedSocket, to worker: Int) -> Bool {
        withUnsafePointer(to: client.address) {
            keyway_add_connection(daemons[worker], client.descriptor, $0, client.length) == .YES
        }
    }

    /// Closes all connections and ends the threads. To be called once; nothing may wait for a response any more.
    func stop() {
        for daemon in daemons { MHD_stop_daemon(daemon) }
    }
}
