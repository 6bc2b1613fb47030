import ActService
package import Storage
package import Vault

/// Brings the stored secrets under the active master key, while the server serves. Interrupted, it goes on at the next
/// start: what is under another key is found again.
package struct SecretRewrapping: Sendable {
    private let store: any SealedSecretStore & ServerKeyStore & ChangeStore
    private let vault: Vault

    /// Records that are read at a time.
    private static let batch = 200

    package init(store: any SealedSecretStore & ServerKeyStore & ChangeStore, vault: Vault) {
        self.store = store
        self.vault = vault
    }

    /// Rewraps all, and then forgets the master keys that nothing is sealed under.
    ///
    /// - Returns: How many records were rewrapped.
    /// - Throws: ``StoreError`` or ``VaultError``, or that the task was cancelled; what was rewrapped stays so.
    package func run() async throws -> Int {
        let active = vault.activeKeyID
        let others = try store.masterKeyIDs().filter { $0 != active }
        guard !others.isEmpty else { return 0 }
        var count = 0
        // A record that changes meanwhile is found again in the next round.
        while true {
            let (rewrapped, found) = try await round(active)
            count += rewrapped
            if found == 0 { break }
        }
        for key in ServerKey.allCases { try await SealedServerKey(key, store: store, vault: vault).rewrap() }
        for id in others {
            _ = try await store.commit(Change([.forgetMasterKey(id: id)], event: nil))
        }
        return count
    }

    private func round(_ active: String) async throws -> (rewrapped: Int, found: Int) {
        var rewrapped = 0
        var found = 0
        var records = try store.secretsNotSealed(under: active, after: nil, atMost: Self.batch)
        while let last = records.last {
            found += records.count
            for record in records {
                try Task.checkCancellation()
                guard
                    let sealed = try await vault.rewrap(
                        record.sealed,
                        organization: record.organization,
                        record: record.id
                    )
                else { continue }
                let mutation = Mutation.rewrapSecrets(
                    SealedRecord(
                        kind: record.kind,
                        id: record.id,
                        organization: record.organization,
                        revision: record.revision,
                        sealed: sealed
                    )
                )
                if try await store.commit(Change([mutation], event: nil)) == .committed { rewrapped += 1 }
            }
            records = try store.secretsNotSealed(under: active, after: last.id, atMost: Self.batch)
        }
        return (rewrapped, found)
    }
}
