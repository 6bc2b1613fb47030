package import Documents
import Platform
package import Secrets
package import Storage
import Threads

/// The sealed secrets of a database, read beside a server or without one: nothing is locked or changed.
///
/// Safe to share: `lock` guards the reader.
package final class SealedSecretsFile: SealedRecords, ServerKeyStore, @unchecked Sendable {
    private let path: String
    private let reader: Reader
    private let lock = Lock()

    /// Whether a directory holds a database.
    package static func exists(in directory: String) -> Bool {
        access(DataDirectory.databasePath(in: directory), F_OK) == 0
    }

    /// - Throws: ``StoreError``, with a text that names the path and what to do.
    package init(directory: String) throws(StoreError) {
        let path = try DataDirectory.existingDatabase(in: directory)
        self.path = path
        var refusal: Migration.Refusal?
        var isOlder = false
        do throws(SQLiteError) {
            let database = try Database(path: path, mode: .readOnly)
            refusal = try Migration.refusal(of: database)
            isOlder = try database.integer("PRAGMA user_version") < (Migration.all.last?.version ?? 0)
            reader = try Reader(path: path)
        } catch {
            if isOlder {
                throw .unavailable(
                    "\(path) is of an earlier version: start the server once, which brings it up to date"
                )
            }
            throw (refusal?.storeError(path: path) ?? error.storeError(path: path))
        }
        if let refusal { throw refusal.storeError(path: path) }
    }

    package func masterKeyIDs() throws(StoreError) -> [String] {
        try read { reader throws(SQLiteError) in try reader.masterKeyIDs() }
    }

    package func secretsNotSealed(
        under masterKeyID: String,
        after last: Identifier?,
        atMost count: Int
    ) throws(StoreError) -> [SealedRecord] {
        try read { reader throws(SQLiteError) in
            try reader.secretsNotSealed(under: masterKeyID, after: last, atMost: count)
        }
    }

    package func sealedKey(_ key: ServerKey) throws(StoreError) -> SealedSecrets? {
        try read { reader throws(SQLiteError) in try reader.sealedKey(key) }
    }

    private func read<Result>(_ body: (Reader) throws(SQLiteError) -> Result) throws(StoreError) -> Result {
        try lock { () throws(StoreError) in
            try SQLiteError.translated(path: path) { () throws(SQLiteError) in try body(reader) }
        }
    }
}
