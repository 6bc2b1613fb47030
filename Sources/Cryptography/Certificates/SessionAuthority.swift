import Secrets

/// A certificate authority for a few hosts, for some hours.
///
/// A client that trusts its root trusts it for those hosts alone: the root's key is gone as soon as the root has vouched for
/// one intermediate authority, which is constrained to the names of the hosts, and to no addresses. A constraint on the
/// root itself would be skipped by some verifiers.
package final class SessionAuthority: Sendable {
    package typealias Failure = P256SigningKey.Failure

    /// The certificate that clients are to trust, in DER.
    package let root: [UInt8]
    /// The certificate of the authority that vouches for hosts, in DER. Servers send it after their own.
    package let intermediate: [UInt8]
    /// The key of all hosts.
    package let hostKey: P256SigningKey
    /// The key of the authority that vouches for hosts.
    let key: P256SigningKey
    private let name: [UInt8]
    private let validity: ClosedRange<Int64>

    /// How long before its making a certificate is good already, for clocks that are late, in seconds.
    private static let backdating: Int64 = 24 * 3_600

    /// - Parameters:
    ///   - names: The hosts and the domains that it may vouch for; at least one.
    ///   - label: A text that tells it from other authorities.
    ///   - now: The time, in seconds since 1970.
    ///   - end: The time at which all its certificates expire.
    /// - Throws: ``P256SigningKey/Failure`` if there are no keys.
    package init(for names: [String], label: String, now: Int64, end: Int64) throws(Failure) {
        precondition(!names.isEmpty, "an authority without a constraint would vouch for every host")
        validity = (now - Self.backdating)...max(now, end)
        let rootKey = try P256SigningKey()
        key = try P256SigningKey()
        hostKey = try P256SigningKey()
        let rootName = CertificateContent.name("Keyway session root \(label)")
        name = CertificateContent.name("Keyway session authority \(label)")
        let rootIdentifier = CertificateContent.keyIdentifier(of: rootKey.point)
        root = try CertificateContent(
            issuer: rootName,
            subject: rootName,
            validity: validity,
            point: rootKey.point,
            extensions: [
                CertificateExtension.authority(below: 1), CertificateExtension.signsCertificates,
                CertificateExtension.subjectKey(rootIdentifier),
            ]
        ).signed(by: rootKey)
        intermediate = try CertificateContent(
            issuer: rootName,
            subject: name,
            validity: validity,
            point: key.point,
            extensions: [
                CertificateExtension.authority(below: 0), CertificateExtension.signsCertificates,
                CertificateExtension.names(names),
                CertificateExtension.subjectKey(CertificateContent.keyIdentifier(of: key.point)),
                CertificateExtension.issuerKey(rootIdentifier),
            ]
        ).signed(by: rootKey)
    }

    /// A certificate for a host, in DER. Whether verifiers take it depends on the names that the authority is for.
    package func certificate(for host: String) throws(Failure) -> [UInt8] {
        try CertificateContent(
            issuer: name,
            subject: CertificateContent.name(nil),
            validity: validity,
            point: hostKey.point,
            extensions: [
                CertificateExtension.signs, CertificateExtension.ofServer, CertificateExtension.host(host),
                CertificateExtension.subjectKey(CertificateContent.keyIdentifier(of: hostKey.point)),
                CertificateExtension.issuerKey(CertificateContent.keyIdentifier(of: key.point)),
            ]
        ).signed(by: key)
    }
}

/// The text form of certificates (RFC 7468).
package enum CertificatePEM {
    package static func text(of certificate: [UInt8]) -> String {
        let digits = certificate.withUnsafeBytes { Base64.encode($0, .standard) }
        let text = withExtendedLifetime(digits) { String(decoding: digits.bytes, as: UTF8.self) }
        var lines = ["-----BEGIN CERTIFICATE-----"]
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        return lines.joined(separator: "\n") + "\n-----END CERTIFICATE-----\n"
    }
}
