package import Access
import Cryptography
package import Documents
import Storage
import Synchronization
import Vault

/// Signs the heads of the audit chains, and writes them to the log, from where they leave the machine.
package final class AuditHeads: Sendable {
    private let store: any AccessStore & AuditStore
    private let signing: AuditSigning
    private let key = Mutex<SigningKey?>(nil)
    /// The sequence of each organisation's head that was written last.
    private let written = Mutex<[Identifier: Int64]>([:])

    init(store: any AccessStore & AuditStore & ServerKeyStore & ChangeStore, vault: Vault) {
        self.store = store
        signing = AuditSigning(store: store, vault: vault)
    }

    /// Makes the key ready, so that what is wrong with it shows at the start.
    ///
    /// - Returns: The public key that verifies the heads, 64 hexadecimal digits.
    /// - Throws: What the store or the vault throws.
    package func prepare() async throws -> String {
        try await signingKey().publicKey.description
    }

    private func signingKey() async throws -> SigningKey {
        if let key = key.withLock({ $0 }) { return key }
        let new = try await signing.key()
        key.withLock { $0 = new }
        return new
    }

    /// The signed head of an organisation's chain at this moment.
    package func head(of organization: Identifier) async throws -> SignedAuditHead {
        let key = try await signingKey()
        return Self.head(of: organization, at: try store.newestAuditLine(in: organization), signedBy: key)
    }

    private static func head(
        of organization: Identifier,
        at line: AuditLine?,
        signedBy key: SigningKey
    ) -> SignedAuditHead {
        let head = AuditHead(
            organization: organization,
            sequence: line?.sequence ?? 0,
            digest: (line.map { SHA256.digest(of: $0.bytes) } ?? .zero).description,
            time: .now
        )
        return SignedAuditHead(
            head: head,
            keyID: key.publicKey.shortName,
            publicKey: key.publicKey.description,
            signature: key.signature(of: head.signedBytes).withUnsafeBytes { Hex.string($0) }
        )
    }

    /// Writes the heads of all chains that advanced to the log, now and then until the task is cancelled.
    package func write(to log: AccessLog, every interval: Duration) async {
        repeat { await writeAdvanced(to: log) } while (try? await Task.sleep(for: interval)) != nil
    }

    /// Writes the heads of the chains that advanced since their last heads were written.
    package func writeAdvanced(to log: AccessLog) async {
        do {
            let key = try await signingKey()
            for organization in try store.organizations() {
                guard let line = try store.newestAuditLine(in: organization.id) else { continue }
                let isNew = written.withLock { $0.updateValue(line.sequence, forKey: organization.id) != line.sequence }
                guard isNew else { continue }
                log.note("audit head", [.init("head", Self.head(of: organization.id, at: line, signedBy: key).json)])
            }
        } catch {
            log.note("audit heads not written", level: .error, [.init("reason", .string("\(error)"))])
        }
    }
}

extension VerificationKey {
    /// By which people tell keys apart: the first half of a digest's first half.
    package var shortName: String { String(SHA256.digest(of: bytes).description.prefix(16)) }
}
