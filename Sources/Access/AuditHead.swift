package import Documents

/// The newest event of an organisation's chain at some moment: who has it can tell later whether anything up to that
/// event was changed or cut off.
package struct AuditHead: Sendable, Equatable {
    package let organization: Identifier
    /// The event's place in the chain, from 1; 0 while there is none.
    package let sequence: Int64
    /// The SHA-256 digest of the event's line, 64 hexadecimal digits; of none, 64 zeros.
    package let digest: String
    /// When it was signed.
    package let time: String

    package init(organization: Identifier, sequence: Int64, digest: String, time: Timestamp) {
        self.organization = organization
        self.sequence = sequence
        self.digest = digest
        self.time = time.description
    }

    /// The bytes that are signed: five lines, each with a newline at its end.
    package var signedBytes: [UInt8] {
        Array("keyway-audit-head-v1\n\(organization)\n\(sequence)\n\(digest)\n\(time)\n".utf8)
    }
}

/// A head with its Ed25519 signature, as it is written to the log and returned.
package struct SignedAuditHead: Sendable, Equatable {
    package let head: AuditHead
    /// The signing key's short name: the start of its public half's SHA-256 digest.
    package let keyID: String
    /// 64 hexadecimal digits.
    package let publicKey: String
    /// 128 hexadecimal digits.
    package let signature: String

    package init(head: AuditHead, keyID: String, publicKey: String, signature: String) {
        self.head = head
        self.keyID = keyID
        self.publicKey = publicKey
        self.signature = signature
    }

    package var json: JSONValue {
        [
            "organization_id": .string(head.organization.description),
            "sequence": .integer(head.sequence),
            "digest": .string(head.digest),
            "time": .string(head.time),
            "key_id": .string(keyID),
            "public_key": .string(publicKey),
            "signature": .string(signature),
        ]
    }

    /// Reads what ``json`` writes.
    ///
    /// - Returns: `nil` for anything else. Whether the signature is right is not looked at.
    package init?(json: JSONValue) {
        func text(_ name: String) -> String? { json[name]?.text?.string }
        guard let organization = text("organization_id").flatMap({ Identifier($0) }),
            case .integer(let sequence)? = json["sequence"], sequence >= 0, let digest = text("digest"),
            let time = text("time"), let keyID = text("key_id"), let publicKey = text("public_key"),
            let signature = text("signature")
        else { return nil }
        self.init(
            head: AuditHead(organization: organization, sequence: sequence, digest: digest, signedAt: time),
            keyID: keyID,
            publicKey: publicKey,
            signature: signature
        )
    }
}

extension AuditHead {
    fileprivate init(organization: Identifier, sequence: Int64, digest: String, signedAt time: String) {
        self.organization = organization
        self.sequence = sequence
        self.digest = digest
        self.time = time
    }
}
