import ActService
import Cryptography
import Secrets
import Storage
import Vault

/// The key that signs the heads of the audit chains.
struct AuditSigning: Sendable {
    private let sealed: SealedServerKey

    init(store: any ServerKeyStore & ChangeStore, vault: Vault) {
        sealed = SealedServerKey(.auditSigning, store: store, vault: vault)
    }

    /// The key, drawn where there is none yet.
    ///
    /// - Throws: ``StoreError``, or ``VaultError`` if the stored key does not open.
    func key() async throws -> SigningKey {
        try await sealed.secret().withBytes { SigningKey(seed: $0) }
    }
}
