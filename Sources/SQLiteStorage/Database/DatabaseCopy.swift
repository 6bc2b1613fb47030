import CSQLite
package import Storage

/// A consistent copy of a store's database, made beside whatever process has the store open: nothing of it is locked or
/// changed, and writes go on meanwhile.
///
/// It holds all that was committed when it began. What lies in free pages, the remains of what was deleted, stays out.
package final class DatabaseCopy: @unchecked Sendable {
    // Safe to share: one thread at a time writes, and SQLite lets others interrupt it.
    private let database: Database
    private let source: String

    /// - Throws: ``StoreError``, with a text that names the path and what to do.
    package init(of directory: String) throws(StoreError) {
        let path = try DataDirectory.existingDatabase(in: directory)
        source = path
        let (database, refusal) = try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            let database = try Database(path: path, mode: .readOnly)
            return (database, try Migration.refusal(of: database))
        }
        if let refusal { throw refusal.storeError(path: path) }
        self.database = database
    }

    /// Writes the copy into an empty file, which is not on the disk yet when this returns.
    ///
    /// - Throws: ``StoreError``, with a text that names the file that is at fault; `path` is then of no use.
    package func write(to path: String) throws(StoreError) {
        do throws(SQLiteError) {
            let statement = try Statement("VACUUM INTO ?1", on: database, for: .write)
            try statement.bind(1, text: path)
            _ = try statement.step()
        } catch {
            throw error.storeError(path: error.isOfDamage ? source : path)
        }
    }

    /// Makes a `write` that is under way fail.
    package func interrupt() {
        sqlite3_interrupt(database.handle)
    }
}
