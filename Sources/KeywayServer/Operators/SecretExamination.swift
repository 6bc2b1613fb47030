import ActService
package import Storage
package import Vault

/// Finds out whether all secrets of a store open with the master keys at hand. It looks at none of them.
package struct SecretExamination: Sendable {
    private let store: any SealedSecretStore & ServerKeyStore & ChangeStore
    private let vault: Vault

    /// Records that are read at a time.
    private static let batch = 200

    package init(store: any SealedSecretStore & ServerKeyStore & ChangeStore, vault: Vault) {
        self.store = store
        self.vault = vault
    }

    /// - Returns: How many records have secrets.
    /// - Throws: ``VaultError`` at the first that does not open, or ``StoreError``.
    package func run() throws -> Int {
        var count = 0
        // No master key has that name, so no record is left out.
        var records = try store.secretsNotSealed(under: "", after: nil, atMost: Self.batch)
        while let last = records.last {
            for record in records {
                try vault.check(record.sealed, organization: record.organization, record: record.id)
            }
            count += records.count
            records = try store.secretsNotSealed(under: "", after: last.id, atMost: Self.batch)
        }
        for key in ServerKey.allCases { try SealedServerKey(key, store: store, vault: vault).check() }
        return count
    }
}
