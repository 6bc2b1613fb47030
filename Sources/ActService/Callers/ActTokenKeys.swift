import Access
import Cryptography
package import Documents
package import Secrets
package import Storage
import Synchronization
package import Vault

/// Derives the AWS key pairs of act tokens, and the texts of those that are given out again: none is stored, and a copy
/// of the database signs nothing, since the key behind the secrets is sealed under the master key.
package final class ActTokenKeys: Sendable {
    private let sealed: SealedServerKey
    private let key = Mutex<Secret?>(nil)

    private static let secretLabel = "keyway-act-token-aws-secret-v1\n"
    private static let textLabel = "keyway-act-token-text-v1\n"
    /// The length of AWS' own secrets.
    private static let secretLength = 40

    package init(store: any ServerKeyStore & ChangeStore, vault: Vault) {
        sealed = SealedServerKey(.actTokens, store: store, vault: vault)
    }

    /// Makes the key ready, which is drawn at first: at the start, so that an error of it shows there, and before a
    /// token is made.
    ///
    /// - Throws: The errors of store and vault.
    package func prepare() async throws {
        guard key.withLock({ $0 == nil }) else { return }
        let new = try await sealed.secret()
        key.withLock { $0 = new }
    }

    /// The secret access key of a token: 40 characters of base64.
    ///
    /// - Throws: ``StoreError/unavailable(_:)`` unless ``prepare()`` came before.
    package func secretAccessKey(of token: Identifier) throws(StoreError) -> Secret {
        try derive(Self.secretLabel, of: token) {
            Secret(Base64.encode($0, .standard)).prefix(Self.secretLength)
        }
    }

    /// The text of a token that is derived and not drawn, so that it can be given out again without being kept.
    ///
    /// - Throws: As ``secretAccessKey(of:)``.
    package func text(of token: Identifier) throws(StoreError) -> String {
        try derive(Self.textLabel, of: token) { TokenText.new(.act, token, from: $0) }
    }

    private func derive<Result>(
        _ label: String,
        of token: Identifier,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(StoreError) -> Result {
        guard let root = key.withLock({ $0 }) else {
            throw .unavailable("the key of act tokens was not made ready yet")
        }
        return ScratchMemory.with(byteCount: HMACSHA256.length) { code in
            var message = label + token.description
            root.withBytes { root in
                message.withUTF8 { HMACSHA256.write(UnsafeRawBufferPointer($0), key: root, to: code) }
            }
            return body(UnsafeRawBufferPointer(code))
        }
    }
}
