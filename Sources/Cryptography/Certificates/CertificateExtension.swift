/// Extensions of certificates (RFC 5280, section 4.2).
enum CertificateExtension {
    /// An authority, below which at most that many others stand.
    static func authority(below count: UInt8) -> [UInt8] {
        made(0x13, isCritical: true, DER.sequence(DER.yes, DER.integer([count])))
    }

    /// A key that signs certificates alone.
    static let signsCertificates = made(0x0F, isCritical: true, DER.bits(0x04, unused: 2))

    /// A key that signs in handshakes.
    static let signs = made(0x0F, isCritical: true, DER.bits(0x80, unused: 7))

    /// A certificate of servers.
    static let ofServer = made(
        0x25,
        DER.sequence(DER.identifier(0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01))
    )

    /// The name of a host. It is critical, since there is no other name.
    static func host(_ name: String) -> [UInt8] {
        made(0x11, isCritical: true, DER.sequence(DER.implicit(2, Array(name.utf8))))
    }

    /// The names, and those below them, that an authority may vouch for; and no addresses.
    static func names(_ names: [String]) -> [UInt8] {
        let permitted = names.flatMap { DER.sequence(DER.implicit(2, Array($0.utf8))) }
        let addresses = [8, 32].flatMap { DER.sequence(DER.implicit(7, [UInt8](repeating: 0, count: $0))) }
        return made(0x1E, isCritical: true, DER.sequence(DER.explicit(0, permitted), DER.explicit(1, addresses)))
    }

    static func subjectKey(_ identifier: [UInt8]) -> [UInt8] {
        made(0x0E, DER.octets(identifier))
    }

    static func issuerKey(_ identifier: [UInt8]) -> [UInt8] {
        made(0x23, DER.sequence(DER.implicit(0, identifier)))
    }

    /// An extension of id-ce, by its last component.
    private static func made(_ component: UInt8, isCritical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        DER.sequence(DER.identifier(0x55, 0x1D, component), isCritical ? DER.yes : [], DER.octets(value))
    }
}
