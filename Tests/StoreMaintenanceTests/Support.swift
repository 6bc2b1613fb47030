import Access
import Cryptography
import Documents
import SQLiteStorage
import Storage
import StorageTesting
import StoreMaintenance
import TestSupport

extension TemporaryDirectory {
    /// Creates or opens a store below this directory, whose audit chains have the digests of a real one.
    func store(_ name: String = "source") throws -> SQLiteStore {
        try SQLiteStore.create(in: self(name)) { bytes in
            let digest = SHA256.digest(of: bytes).bytes
            var words = SIMD4<UInt64>()
            for (index, byte) in digest.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
            return KeyDigest(words: words)
        }
    }

    /// Fills a store with something of everything, and closes it.
    func fill(_ name: String = "source", connections: Int = 3) async throws {
        let store = try store(name)
        try await Tenant.createWithEverything(in: store, connections: connections)
        await store.close()
    }

    /// Copies a store, and compares; the copy is finished if it is the same.
    @discardableResult
    func migrate(_ source: String = "source", to target: String = "target") throws -> StoreComparison.Outcome {
        let from = try SQLiteRows(directory: self(source))
        let to = try SQLiteTarget(into: self(target), restarting: false)
        _ = try StoreCopy(from: from, to: to).run { _ in }
        let outcome = try StoreComparison(of: from, with: to).run { _ in }
        if outcome.agrees { try to.finish() }
        return outcome
    }

    /// Looks through a store.
    func examine(_ name: String = "source") throws -> StoreExamination.Outcome {
        let store = try SQLiteExamination(directory: self(name))
        return try StoreExamination(of: store, columns: columns).run { _ in }
    }
}

/// The columns of the documents of ``Tenant/createWithEverything(in:connections:)``.
private func columns(_ kind: DocumentKind, _ attributes: JSONValue?) -> (name: String, category: String) {
    (attributes?["name"]?.text?.string ?? "", attributes?["category"]?.text?.string ?? "")
}
