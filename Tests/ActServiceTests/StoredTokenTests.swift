import Access
import Documents
import Secrets
import Storage
import Synchronization
import Testing
import Vault

@testable import ActService
@testable import Acting

/// The data that nodes share, in memory: leases never end by themselves.
private final class SharedMemory: SharedStore {
    private struct Row {
        var sealed: SealedSecrets?
        var serial: Int64 = 0
        var goodUntil = Timestamp(microseconds: 0)
        var lease: Identifier?
    }

    private let rows = Mutex<[SharedTokenPlace: Row]>([:])

    var sealed: [SealedSecrets] { rows.withLock { $0.values.compactMap(\.sealed) } }

    func claimToken(
        for place: SharedTokenPlace,
        goodAt time: Timestamp,
        insteadOf refused: Int64?,
        lease: Identifier,
        lasting duration: Duration
    ) async throws(StoreError) -> TokenClaim {
        rows.withLock { rows in
            var row = rows[place] ?? Row()
            if let sealed = row.sealed, time < row.goodUntil, row.serial != refused {
                return .issued(sealed, serial: row.serial)
            }
            guard row.lease == nil else { return .leased }
            row.lease = lease
            rows[place] = row
            return .granted
        }
    }

    func storeToken(
        _ token: SealedSecrets,
        for place: SharedTokenPlace,
        goodUntil lastUse: Timestamp,
        erasedAt expiry: Timestamp,
        under lease: Identifier
    ) async throws(StoreError) -> Int64? {
        rows.withLock { rows in
            guard var row = rows[place], row.lease == lease else { return nil }
            row = Row(sealed: token, serial: row.serial + 1, goodUntil: lastUse)
            rows[place] = row
            return row.serial
        }
    }

    func endLease(_ lease: Identifier, for place: SharedTokenPlace) async throws(StoreError) {
        rows.withLock { if $0[place]?.lease == lease { $0[place]?.lease = nil } }
    }

    func takeProof(_: KeyDigest, for _: KeyDigest, until _: Timestamp) async throws(StoreError) -> Bool { true }

    func nodeNumber() throws(StoreError) -> UInt64 { 1 }

    func eraseEnded(asOf _: Timestamp) async throws(StoreError) {}
}

@Suite("Tokens that nodes share through their store")
struct StoredTokenTests {
    private static let now = Timestamp(microseconds: 1_000)
    private static let later = Timestamp(microseconds: 2_000)

    private let store = SharedMemory()
    private let keyring = MasterKeyring()

    private func tokens(_ keyring: MasterKeyring? = nil) -> StoredTokens {
        StoredTokens(store: store, vault: Vault(keyring: keyring ?? self.keyring))
    }

    private func place(connection: UInt64 = 1, revision: Int64 = 1, scope: String = "scope") -> TokenPurpose {
        TokenPurpose(
            organization: Identifier(high: 1, low: 1),
            connection: Identifier(high: 2, low: connection),
            revision: revision,
            fingerprint: ["https://issuer.example.com/token", scope]
        )
    }

    /// Asks for a token, and shares one if there is none.
    private func get(_ text: String, for place: TokenPurpose, by tokens: StoredTokens) async -> String? {
        switch await tokens.claim(place, goodAt: Self.now, insteadOf: nil) {
        case .issued(let secret, _): return secret.withBytes { String(decoding: $0, as: UTF8.self) }
        case .granted(let lease):
            let secret = Secret(copying: text.utf8)
            let end = Self.later
            let serial = await tokens.share(secret, for: place, goodUntil: end, expiring: end, under: lease)
            return serial == nil ? nil : text
        case .leased, .unavailable: return nil
        }
    }

    @Test("open for another node, and are stored sealed")
    func shared() async {
        let marker = ["t0ken", "marker"].joined(separator: "-")
        for number in 1...3 {
            let isSame = await get(number == 1 ? marker : "another", for: place(), by: tokens()) == marker
            #expect(isSame)
        }
        let isStored = store.sealed.contains { String(decoding: $0.bytes, as: UTF8.self).contains(marker) }
        #expect(!isStored)
        #expect(store.sealed.count == 1)
    }

    @Test("are each for one connection, revision and use")
    func places() async {
        for (number, place) in [
            place(), place(connection: 2), place(revision: 2), place(scope: "other"), place(scope: ""),
        ].enumerated() {
            #expect(await get("\(number)", for: place, by: tokens()) == "\(number)")
        }
        #expect(await get("new", for: place(revision: 2), by: tokens()) == "2")
    }

    @Test("under a master key that a node does not have are replaced by it")
    func otherKey() async {
        #expect(await get("first", for: place(), by: tokens()) == "first")
        #expect(await get("second", for: place(), by: tokens(MasterKeyring())) == "second")
    }

    @Test("are asked for by whoever has the lease, and by the next one once that has ended it")
    func leases() async throws {
        guard case .granted(let lease) = await tokens().claim(place(), goodAt: Self.now, insteadOf: nil) else {
            Issue.record("no lease")
            return
        }
        guard case .leased = await tokens().claim(place(), goodAt: Self.now, insteadOf: nil) else {
            Issue.record("a second lease")
            return
        }
        await tokens().end(lease, for: place())
        #expect(await get("next", for: place(), by: tokens()) == "next")
        let late = Secret(copying: "late".utf8)
        #expect(
            await tokens().share(late, for: place(), goodUntil: Self.later, expiring: Self.later, under: lease) == nil
        )
    }
}
