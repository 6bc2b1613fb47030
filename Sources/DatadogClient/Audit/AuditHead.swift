/// The signed head of an audit log: with it, a reader of the log can tell whether anything is missing or changed.
///
/// `keyway audit verify --head` takes it as it is written.
public struct AuditHead: APIValue {
    /// The id of the organisation.
    public let organizationID: String
    /// The number of the last event.
    public let sequence: Int
    /// The SHA-256 of the last event.
    public let digest: String
    /// When the head was signed.
    public let time: Timestamp?
    /// A short name of the key.
    public let keyID: String?
    /// The Ed25519 key that verifies the signature, in hexadecimal.
    public let publicKey: String
    /// The signature, in hexadecimal.
    public let signature: String

    /// Reads a head from its JSON.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        organizationID = try json.text("organization_id")
        guard let sequence = try json.optionalInteger("sequence") else {
            throw JSONMismatch(expected: "a whole number", found: nil).inside("sequence")
        }
        self.sequence = sequence
        digest = try json.text("digest")
        time = try json.optionalTimestamp("time")
        keyID = try json.optionalText("key_id")
        publicKey = try json.text("public_key")
        signature = try json.text("signature")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("organization_id", organizationID)
            $0.add("sequence", sequence)
            $0.add("digest", digest)
            $0.add("time", time)
            $0.add("key_id", keyID)
            $0.add("public_key", publicKey)
            $0.add("signature", signature)
        }
    }
}
