import ActService
package import Storage
package import Vault

/// Finds out whether all secrets of a store open with the master keys at hand. It looks at none of them.
package struct SecretExamination: Sendable {
    private let store: any SealedRecords & ServerKeyStore
    private let vault: Vault

    /// Records that are read at a time.
    private static let batch = 200

    package init(store: any SealedRecords & ServerKeyStore, vault: Vault) {
        self.store = store
        self.vault = vault
    }

    /// - Parameter limit: How many records are tried; all if not given.
    /// - Returns: How many records with secrets were tried.
    /// - Throws: ``VaultError`` at the first that does not open, or ``StoreError``.
    package func run(atMost limit: Int = .max) async throws -> Int {
        for key in ServerKey.allCases { try await SealedServerKey.check(key, of: store, with: vault) }
        var count = 0
        // No master key has that name, so no record is left out.
        var records = try store.secretsNotSealed(under: "", after: nil, atMost: min(limit, Self.batch))
        while let last = records.last {
            for record in records {
                try await vault.check(record.sealed, organization: record.organization, record: record.id)
            }
            count += records.count
            records = try store.secretsNotSealed(under: "", after: last.id, atMost: min(limit - count, Self.batch))
        }
        return count
    }
}
