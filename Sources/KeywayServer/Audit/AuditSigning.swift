import Cryptography
import Documents
import Secrets
import Storage
import Vault

/// The key that signs the heads of the audit chains: drawn at random before its first use, and stored sealed under the
/// active master key, so that it outlives restarts and rotations and is not in a copy of the database alone.
struct AuditSigning: Sendable {
    let store: any AuditStore & ChangeStore
    let vault: Vault

    // It is sealed as a record's only secret, of a record that no organisation has.
    private static let field = "audit_signing_seed"
    static let nobody = Identifier(high: 0, low: 0)
    private static let destination = "keyway:audit"

    /// The key, created where there is none yet.
    ///
    /// - Throws: ``StoreError``, or ``VaultError`` if the stored key does not open.
    func key() async throws -> SigningKey {
        if let key = try storedKey() { return key }
        let seed = Secret(SecretBuffer(count: SigningKey.seedLength) { RandomBytes.fill($0) })
        let sealed = try vault.seal(
            [(Self.field, seed)],
            organization: Self.nobody,
            record: Self.nobody,
            destination: Self.destination
        )
        let outcome = try await store.commit(
            Change([.setAuditSigningKey(sealed, replacingOneUnder: nil)], event: nil)
        )
        // Another may have been faster.
        if outcome != .committed, let key = try storedKey() { return key }
        guard outcome == .committed else { throw StoreError.unavailable("the key of the audit log was not stored") }
        return seed.withBytes { SigningKey(seed: $0) }
    }

    private func storedKey() throws -> SigningKey? {
        guard let sealed = try store.auditSigningKey() else { return nil }
        let seed = try vault.open(
            sealed,
            field: Self.field,
            organization: Self.nobody,
            record: Self.nobody,
            destination: Self.destination
        )
        guard seed.count == SigningKey.seedLength else { throw VaultError.notAuthentic }
        return seed.withBytes { SigningKey(seed: $0) }
    }

    /// Brings the stored key under the active master key. One that changes meanwhile is found again the next time.
    func rewrap() async throws {
        guard let sealed = try store.auditSigningKey(),
            let rewrapped = try vault.rewrap(sealed, organization: Self.nobody, record: Self.nobody)
        else { return }
        let mutation = Mutation.setAuditSigningKey(rewrapped, replacingOneUnder: sealed.masterKeyID)
        _ = try await store.commit(Change([mutation], event: nil))
    }
}
