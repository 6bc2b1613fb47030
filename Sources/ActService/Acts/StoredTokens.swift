import Access
import Acting
import Cryptography
import Documents
import Secrets
import Storage
import Vault

/// Tokens that the nodes of a store share through it: sealed as connections' secrets are, for one connection and one
/// use, and erased at their end.
struct StoredTokens: SharedTokens {
    let store: any SharedStore
    let vault: Vault

    /// How long a node may take to ask for a token before another may: longer than an issuer takes to respond.
    private static let lease: Duration = .seconds(30)
    /// The name of the only field that is sealed.
    private static let field = "token"

    func claim(_ place: TokenPurpose, goodAt time: Timestamp, insteadOf refused: Int64?) async -> SharedTokenClaim {
        do {
            return try await claim(shared(place), goodAt: time, insteadOf: refused)
        } catch {
            return .unavailable
        }
    }

    private func claim(
        _ place: SharedTokenPlace,
        goodAt time: Timestamp,
        insteadOf refused: Int64?
    ) async throws -> SharedTokenClaim {
        let lease = Identifier(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
        let found = try await store.claimToken(
            for: place,
            goodAt: time,
            insteadOf: refused,
            lease: lease,
            lasting: Self.lease
        )
        switch found {
        case .granted: return .granted(lease: lease)
        case .leased: return .leased
        case .issued(let sealed, let serial):
            if let token = try? await open(sealed, of: place) { return .issued(token, serial: serial) }
            // As under a master key that this node does not have: it needs another, once.
            return serial == refused ? .unavailable : try await claim(place, goodAt: time, insteadOf: serial)
        }
    }

    func share(
        _ token: Secret,
        for place: TokenPurpose,
        goodUntil lastUse: Timestamp,
        expiring expiry: Timestamp,
        under lease: Identifier
    ) async -> Int64? {
        let place = shared(place)
        do {
            let sealed = try await vault.seal(
                [(Self.field, token)],
                organization: place.organization,
                record: place.connection,
                destination: Self.destination(of: place)
            )
            return try await store.storeToken(
                sealed,
                for: place,
                goodUntil: lastUse,
                erasedAt: expiry,
                under: lease
            )
        } catch {
            return nil
        }
    }

    func end(_ lease: Identifier, for place: TokenPurpose) async {
        // A lease that can't be ended ends by itself.
        try? await store.endLease(lease, for: shared(place))
    }

    private func open(_ sealed: SealedSecrets, of place: SharedTokenPlace) async throws(VaultError) -> Secret {
        try await vault.open(
            sealed,
            field: Self.field,
            organization: place.organization,
            record: place.connection,
            destination: Self.destination(of: place)
        )
    }

    /// A text that differs between places, so that no token opens in another's.
    private static func destination(of place: SharedTokenPlace) -> String {
        let words = (0..<4).map { String(place.digest.words[$0], radix: 16) }
        return "keyway:token:\(place.revision):\(words.joined(separator: "."))"
    }

    private func shared(_ place: TokenPurpose) -> SharedTokenPlace {
        // Of texts of any content: each with its length.
        let text = place.fingerprint.map { "\($0.utf8.count):\($0)" }.joined()
        return SharedTokenPlace(
            organization: place.organization,
            connection: place.connection,
            revision: place.revision,
            digest: KeyDigest(of: text)
        )
    }
}
