package import Secrets

/// The certificate and key by which the server proves its identity to TLS clients.
package struct TLSIdentity: Sendable {
    /// The certificate and its chain, PEM, the server's own first.
    package let certificatePEM: [UInt8]
    /// The certificate's private key, PEM, not encrypted.
    package let keyPEM: Secret

    package init(certificatePEM: [UInt8], keyPEM: Secret) {
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
    }
}
