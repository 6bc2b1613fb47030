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

    init(_ count: Int, _ settings: keyway_daemon_settings, tls: TLSIdentity?) throws(HTTPServerError) {
        var daemons: [OpaquePointer] = []
        for _ in 0..<count {
            guard let daemon = Self.start(settings, tls: tls) else {
                let code = errno
                for daemon in daemons { MHD_stop_daemon(daemon) }
                if tls != nil { throw .unusableTLSIdentity }
                throw .system(call: "starting the network threads", reason: ListeningSocket.reason(code))
            }
            daemons.append(daemon)
        }
        self.daemons = daemons
    }

    private static func start(_ settings: keyway_daemon_settings, tls: TLSIdentity?) -> OpaquePointer? {
        guard let tls else { return withUnsafePointer(to: settings) { keyway_start_daemon($0) } }
        // C strings: the engine copies what it needs while it starts.
        let key = SecretBuffer(count: tls.keyPEM.count + 1) { bytes in
            tls.keyPEM.withBytes { bytes.copyMemory(from: $0) }
        }
        return (tls.certificatePEM + [0]).withUnsafeBytes { certificate in
            "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2".withCString { priorities in
                var settings = settings
                settings.certificate_pem = certificate.baseAddress?.assumingMemoryBound(to: CChar.self)
                settings.key_pem = key.bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                settings.tls_priorities = priorities
                defer { withExtendedLifetime(key) {} }
                return withUnsafePointer(to: settings) { keyway_start_daemon($0) }
            }
        }
    }

    /// Hands a connection to a worker.
    ///
    /// - Returns: Whether it took it. If not, the socket is closed.
    func add(_ socket: Int32, _ address: UnsafePointer<sockaddr_storage>, _ length: socklen_t, to worker: Int) -> Bool {
        keyway_add_connection(daemons[worker], socket, address, length) == .YES
    }

    /// Closes all connections and ends the threads. To be called once; nothing may wait for a response any more.
    func stop() {
        for daemon in daemons { MHD_stop_daemon(daemon) }
    }
}
