package import Secrets

/// A key of the server's own: random bytes, drawn before their first use and stored sealed under a master key.
package enum ServerKey: String, Sendable, CaseIterable {
    /// Signs the heads of audit chains.
    case auditSigning = "audit_signing"
    /// The root of the AWS secrets of act tokens.
    case actTokens = "act_tokens"
}

/// Reads of the server's own keys. They block, as those of ``PublicDocuments`` do.
package protocol ServerKeyStore: Sendable {
    /// The sealed key, or `nil` before its first use.
    func sealedKey(_ key: ServerKey) throws(StoreError) -> SealedSecrets?
}
