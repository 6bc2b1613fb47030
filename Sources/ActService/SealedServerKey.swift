import Cryptography
import Documents
package import Secrets
package import Storage
package import Vault

/// A key of the server's own as the store has it: sealed under the active master key, so that it outlives restarts and
/// rotations and is not in a copy of the database alone.
package struct SealedServerKey: Sendable {
    private let key: ServerKey
    private let store: any ServerKeyStore & ChangeStore
    private let vault: Vault

    /// The length of each key in bytes.
    package static let length = 32
    /// Keys are sealed as the only secret of a record that no organisation has.
    private static let nobody = Identifier(high: 0, low: 0)

    package init(_ key: ServerKey, store: any ServerKeyStore & ChangeStore, vault: Vault) {
        self.key = key
        self.store = store
        self.vault = vault
    }

    /// The key, drawn where there is none yet.
    ///
    /// - Throws: ``StoreError``, or ``VaultError`` if the stored key does not open.
    package func secret() async throws -> Secret {
        if let secret = try await stored() { return secret }
        let secret = Secret(SecretBuffer(count: Self.length) { RandomBytes.fill($0) })
        let sealed = try await vault.seal(
            [(key.field, secret)],
            organization: Self.nobody,
            record: Self.nobody,
            destination: key.destination
        )
        let outcome = try await store.commit(Change([.setServerKey(key, sealed, replacingOneUnder: nil)], event: nil))
        // Another may have been faster.
        if outcome != .committed, let secret = try await stored() { return secret }
        guard outcome == .committed else { throw StoreError.unavailable("the key \(key.rawValue) was not stored") }
        return secret
    }

    /// The key, or `nil` where there is none yet.
    private func stored() async throws -> Secret? {
        guard let sealed = try store.sealedKey(key) else { return nil }
        let secret = try await vault.open(
            sealed,
            field: key.field,
            organization: Self.nobody,
            record: Self.nobody,
            destination: key.destination
        )
        guard secret.count == Self.length else { throw VaultError.notAuthentic }
        return secret
    }

    /// Brings the stored key under the active master key. One that changes meanwhile is found again the next time.
    package func rewrap() async throws {
        guard let sealed = try store.sealedKey(key),
            let rewrapped = try await vault.rewrap(sealed, organization: Self.nobody, record: Self.nobody)
        else { return }
        let mutation = Mutation.setServerKey(key, rewrapped, replacingOneUnder: sealed.masterKeyID)
        _ = try await store.commit(Change([mutation], event: nil))
    }

    /// Finds out whether a stored key would open, without opening it.
    ///
    /// - Throws: ``VaultError`` if it would not, or ``StoreError``.
    package static func check(_ key: ServerKey, of store: any ServerKeyStore, with vault: Vault) async throws {
        guard let sealed = try store.sealedKey(key) else { return }
        try await vault.check(sealed, organization: nobody, record: nobody)
    }
}

extension ServerKey {
    /// The field that it is sealed as.
    fileprivate var field: String {
        switch self {
        case .auditSigning: "audit_signing_seed"
        case .actTokens: "act_token_key"
        }
    }

    /// The destination that it is sealed for.
    fileprivate var destination: String {
        switch self {
        case .auditSigning: "keyway:audit"
        case .actTokens: "keyway:act-tokens"
        }
    }
}
