/// The content of a certificate (RFC 5280, section 4.1) on a key on P-256.
struct CertificateContent {
    /// The names of issuer and subject, as ``name(_:)`` writes them.
    var issuer: [UInt8]
    var subject: [UInt8]
    /// In seconds since 1970.
    var validity: ClosedRange<Int64>
    /// The point of the subject's key.
    var point: [UInt8]
    var extensions: [[UInt8]]

    /// ecdsa-with-SHA256 (RFC 5758, section 3.2).
    private static let algorithm = DER.sequence(
        DER.identifier(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02)
    )

    /// A name of one common name; an empty one of none.
    static func name(_ commonName: String?) -> [UInt8] {
        guard let commonName else { return DER.sequence() }
        return DER.sequence(DER.set(DER.sequence(DER.identifier(0x55, 0x04, 0x03), DER.text(commonName))))
    }

    /// The name of a key in certificates (RFC 7093, section 2, method 1).
    static func keyIdentifier(of point: [UInt8]) -> [UInt8] {
        Array(SHA256.digest(of: point).bytes.prefix(20))
    }

    /// The certificate, in DER.
    func signed(by key: P256SigningKey) throws(P256SigningKey.Failure) -> [UInt8] {
        // The first bit is the sign, and the second keeps its length.
        var serial = RandomBytes.array(count: 16)
        serial[0] = serial[0] & 0x7F | 0x40
        let content = DER.sequence(
            DER.explicit(0, DER.integer([2])),
            DER.integer(serial),
            Self.algorithm,
            issuer,
            DER.sequence(DER.time(validity.lowerBound), DER.time(validity.upperBound)),
            subject,
            DER.sequence(WebTokenKey.p256, DER.bitString(point)),
            DER.explicit(3, DER.sequence(extensions.flatMap(\.self)))
        )
        return DER.sequence(content, Self.algorithm, DER.bitString(try key.signature(of: content)))
    }
}
