/// The protection of the connections of a server.
enum TransportSecurity {
    case none
    /// TLS, with one certificate for all.
    case identity(TLSIdentity)
    /// TLS, with the certificate of each connection's tunnel.
    case tunnels
}
