import CMicrohttpd

/// A certificate on a key on P-256 with its chain, as handshakes take it.
///
/// Safe to share: it is made once, and handshakes only read it. Who serves a connection keeps its tunnel, which keeps this.
package final class TunnelCertificate: @unchecked Sendable {
    private let certificates: UnsafeMutablePointer<gnutls_pcert_st>
    private let count: Int
    private let key: OpaquePointer

    /// - Parameters:
    ///   - chain: The certificates in DER, the host's own first.
    ///   - point: The point of the host's key, uncompressed, 65 bytes.
    ///   - number: Its private number, 32 bytes.
    /// - Returns: `nil` if they can't be read.
    package static func made(
        of chain: [[UInt8]],
        point: [UInt8],
        number: UnsafeRawBufferPointer
    ) -> TunnelCertificate? {
        guard point.count == 65, number.count == 32, let key = key(point, number) else { return nil }
        let certificates = UnsafeMutablePointer<gnutls_pcert_st>.allocate(capacity: max(1, chain.count))
        let made = TunnelCertificate(certificates, count: chain.count, key)
        certificates.initialize(repeating: gnutls_pcert_st(), count: chain.count)
        for (index, certificate) in chain.enumerated() {
            let code = certificate.withUnsafeBytes { bytes in
                var bytes = datum(bytes)
                return gnutls_pcert_import_x509_raw(certificates + index, &bytes, GNUTLS_X509_FMT_DER, 0)
            }
            guard code == 0 else { return nil }
        }
        return made
    }

    private init(_ certificates: UnsafeMutablePointer<gnutls_pcert_st>, count: Int, _ key: OpaquePointer) {
        self.certificates = certificates
        self.count = count
        self.key = key
    }

    deinit {
        for index in 0..<count { gnutls_pcert_deinit(certificates + index) }
        certificates.deallocate()
        // It overwrites the number.
        gnutls_privkey_deinit(key)
    }

    private static func key(_ point: [UInt8], _ number: UnsafeRawBufferPointer) -> OpaquePointer? {
        var key: OpaquePointer?
        guard gnutls_privkey_init(&key) == 0, let key else { return nil }
        let code = point.withUnsafeBytes { point in
            var x = datum(UnsafeRawBufferPointer(rebasing: point[1..<33]))
            var y = datum(UnsafeRawBufferPointer(rebasing: point[33...]))
            var number = datum(number)
            return gnutls_privkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_SECP256R1, &x, &y, &number)
        }
        guard code == 0 else {
            gnutls_privkey_deinit(key)
            return nil
        }
        return key
    }

    private static func datum(_ bytes: UnsafeRawBufferPointer) -> gnutls_datum_t {
        let start = bytes.bindMemory(to: UInt8.self).baseAddress
        return gnutls_datum_t(data: UnsafeMutablePointer(mutating: start), size: UInt32(bytes.count))
    }

    /// Gives it to a handshake, which leaves it as it is.
    func give(
        _ certificates: UnsafeMutablePointer<UnsafeMutablePointer<gnutls_pcert_st>?>,
        _ count: UnsafeMutablePointer<UInt32>,
        _ key: UnsafeMutablePointer<OpaquePointer?>
    ) {
        certificates.pointee = self.certificates
        count.pointee = UInt32(self.count)
        key.pointee = self.key
    }
}
