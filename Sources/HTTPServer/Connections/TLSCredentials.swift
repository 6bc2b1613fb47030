import CMicrohttpd
import Secrets

/// The certificates of one end of TLS: its own, or those that it trusts.
///
/// Safe to share: they are made once, and sessions only read them.
package final class TLSCredentials: @unchecked Sendable {
    let handle: OpaquePointer

    static let priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

    /// Those of a server.
    ///
    /// - Throws: ``HTTPServerError/unusableTLSIdentity``.
    package init(_ identity: TLSIdentity) throws(HTTPServerError) {
        guard let handle = Self.empty() else { throw .unusableTLSIdentity }
        self.handle = handle
        let code = identity.certificatePEM.withUnsafeBytes { certificate in
            identity.keyPEM.withBytes { key in
                var certificate = Self.datum(certificate)
                var key = Self.datum(key)
                return gnutls_certificate_set_x509_key_mem(handle, &certificate, &key, GNUTLS_X509_FMT_PEM)
            }
        }
        guard code >= 0 else { throw .unusableTLSIdentity }
    }

    /// Those of a client that trusts the system's authorities, and further ones in a file of PEM; `nil` if there are none.
    package init?(trusting file: String?) {
        guard let handle = Self.empty() else { return nil }
        self.handle = handle
        var count = gnutls_certificate_set_x509_system_trust(handle)
        if let file { count += max(0, gnutls_certificate_set_x509_trust_file(handle, file, GNUTLS_X509_FMT_PEM)) }
        guard count > 0 else { return nil }
    }

    deinit { gnutls_certificate_free_credentials(handle) }

    private static func empty() -> OpaquePointer? {
        var handle: OpaquePointer?
        return gnutls_certificate_allocate_credentials(&handle) == 0 ? handle : nil
    }

    private static func datum(_ bytes: UnsafeRawBufferPointer) -> gnutls_datum_t {
        let start = bytes.bindMemory(to: UInt8.self).baseAddress
        return gnutls_datum_t(data: UnsafeMutablePointer(mutating: start), size: UInt32(bytes.count))
    }
}
