import Access
import ActService
import Cryptography
import Documents
import KeywayServer
import SQLiteStorage
import Secrets
import Storage
import Testing
import TestSupport
import Vault

@Suite("The AWS key pair of an act token")
struct ActTokenKeyTests {
    private static let token = Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0001)
    private static let other = Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0002)

    /// A secret as text, for comparisons that print nothing of it.
    private static func text(_ secret: Secret) -> String {
        secret.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test("has a secret of 40 characters of base64, another for each token and each server")
    func secretAccessKey() async throws {
        let fixture = try await Fixture()
        let keys = ActTokenKeys(store: fixture.store, vault: fixture.vault)
        try await keys.prepare()
        let secret = Self.text(try keys.secretAccessKey(of: Self.token))
        let isBase64 = secret.utf8.allSatisfy { byte in
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.contains(byte)
        }
        #expect(secret.utf8.count == 40)
        #expect(isBase64)
        let isSame = secret == Self.text(try keys.secretAccessKey(of: Self.token))
        let isSameForAnother = secret == Self.text(try keys.secretAccessKey(of: Self.other))
        #expect(isSame)
        #expect(!isSameForAnother)
        let stranger = try await Fixture()
        let others = ActTokenKeys(store: stranger.store, vault: stranger.vault)
        try await others.prepare()
        let isSameElsewhere = secret == Self.text(try others.secretAccessKey(of: Self.token))
        #expect(!isSameElsewhere)
    }

    @Test("has a text that is derived too where it is given out again, another for each token and each server")
    func derivedText() async throws {
        let fixture = try await Fixture()
        let keys = ActTokenKeys(store: fixture.store, vault: fixture.vault)
        try await keys.prepare()
        let text = try keys.text(of: Self.token)
        #expect(TokenText.kind(of: text) == .act)
        let isSame = text == (try keys.text(of: Self.token))
        #expect(isSame)
        let secret = Self.text(try keys.secretAccessKey(of: Self.token))
        #expect(!text.contains(secret.prefix(20)))
        let stranger = try await Fixture()
        let others = ActTokenKeys(store: stranger.store, vault: stranger.vault)
        try await others.prepare()
        for other in [try keys.text(of: Self.other), try others.text(of: Self.token)] {
            let isSameElsewhere = text.suffix(36) == other.suffix(36)
            #expect(!isSameElsewhere)
        }
    }

    @Test("is the same after a restart, and none if the key behind it was not made ready or does not open")
    func restart() async throws {
        let fixture = try await Fixture()
        let early = ActTokenKeys(store: fixture.store, vault: fixture.vault)
        #expect(throws: StoreError.self) { _ = try early.secretAccessKey(of: Self.token) }
        let keys = ActTokenKeys(store: fixture.store, vault: fixture.vault)
        try await keys.prepare()
        let secret = Self.text(try keys.secretAccessKey(of: Self.token))
        let restarted = ActTokenKeys(store: fixture.store, vault: fixture.vault)
        try await restarted.prepare()
        let isSame = secret == Self.text(try restarted.secretAccessKey(of: Self.token))
        #expect(isSame)
        let stranger = ActTokenKeys(store: fixture.store, vault: Vault(keyring: MasterKeyring()))
        await #expect(throws: VaultError.self) { try await stranger.prepare() }
    }

    @Test("is the same after a rotation, which leaves nothing under the old master key")
    func rotation() async throws {
        let directory = TemporaryDirectory()
        let store = try SQLiteStore.create(in: directory.path) { KeyDigest(SHA256.digest(of: $0)) }
        let file = directory.path + "/keys"
        let vault = Vault(keyring: try MasterKeyList.create(at: file).keyring())
        func note() async throws {
            _ = try await store.commit(Change([.noteMasterKey(id: vault.activeKeyID)], event: nil))
        }
        func secret() async throws -> String {
            let keys = ActTokenKeys(store: store, vault: vault)
            try await keys.prepare()
            return Self.text(try keys.secretAccessKey(of: Self.token))
        }
        try await note()
        let before = try await secret()
        vault.use(try MasterKeyList.activate(at: file).keyring())
        try await note()
        _ = try await SecretRewrapping(store: store, vault: vault).run()
        #expect(try store.masterKeyIDs() == [vault.activeKeyID])
        #expect(try store.sealedKey(.actTokens)?.masterKeyID == vault.activeKeyID)
        let isSame = before == (try await secret())
        #expect(isSame)
        await store.close()
    }
}
