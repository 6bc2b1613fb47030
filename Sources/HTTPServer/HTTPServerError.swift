/// Why a server did not start, and what to do about it.
package enum HTTPServerError: Error, Equatable, CustomStringConvertible {
    /// The address is neither an IPv4 or IPv6 literal nor `localhost`.
    case invalidAddress(String)
    /// Another socket listens there.
    case addressInUse(String)
    /// No interface of this machine has the address.
    case addressNotAvailable(String)
    /// The process may not listen there.
    case permissionDenied(String)
    /// The engine takes no such certificate or key, or they are not a pair.
    case unusableTLSIdentity
    /// Nobody has proven that this release of the engine refuses what a strict server must.
    case unprovenEngine(version: String)
    /// A call to the system failed for another reason.
    case system(call: String, reason: String)

    package var description: String {
        switch self {
        case .invalidAddress(let address):
            "not an address to listen on: \"\(address)\"; give an IPv4 or IPv6 address such as 127.0.0.1 or ::1"
        case .addressInUse(let endpoint):
            "address already in use: another server listens on \(endpoint); stop it or choose another with --listen"
        case .addressNotAvailable(let endpoint):
            "cannot listen on \(endpoint): this machine does not have that address; choose another with --listen"
        case .permissionDenied(let endpoint):
            "not allowed to listen on \(endpoint); choose a port above 1023 with --listen, or grant the privilege"
        case .unusableTLSIdentity:
            """
            the TLS certificate or key cannot be used; check that both files are PEM, that the key is not encrypted, \
            and that they belong together
            """
        case .unprovenEngine(let version):
            """
            libmicrohttpd \(version) is installed, and it is not proven that it refuses malformed requests as Keyway \
            needs it: install \(EngineVersion.proven.joined(separator: " or ")), or take that risk with \
            --allow-unproven-libmicrohttpd
            """
        case .system(let call, let reason):
            "the HTTP server could not start: \(call): \(reason); check the limits on open files, threads and memory"
        }
    }
}
