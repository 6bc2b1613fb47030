package import Documents
package import Storage

/// The audit log in a data directory, read beside whatever process has the store open: nothing is locked or written.
///
/// It needs no more of the schema than its first version has, so it also reads what an older Keyway left.
package final class AuditLogFile {
    /// An organisation whose chain is there.
    package struct Chain: Sendable {
        package let organization: Identifier
        package let name: String
        fileprivate let ordinal: Int64
    }

    private let path: String
    private let organizations: Statement
    private let lines: Statement

    /// - Throws: ``StoreError``, with a text that names the path and what to do.
    package init(directory: String) throws(StoreError) {
        let path = try DataDirectory.existingDatabase(in: directory)
        self.path = path
        var refusal: Migration.Refusal?
        do throws(SQLiteError) {
            let database = try Database(path: path, mode: .readOnly)
            refusal = try Migration.refusal(of: database)
            organizations = try Statement(
                "SELECT id, name, ordinal FROM organizations ORDER BY created_at, id",
                on: database
            )
            lines = try Statement(
                "SELECT event FROM audit_log WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3",
                on: database
            )
        } catch {
            throw (refusal?.storeError(path: path) ?? error.storeError(path: path))
        }
        if let refusal { throw refusal.storeError(path: path) }
    }

    /// The chains of all organisations, the oldest organisation's first.
    package func chains() throws(StoreError) -> [Chain] {
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            defer { organizations.reset() }
            var chains: [Chain] = []
            while try organizations.step() {
                chains.append(
                    Chain(
                        organization: try organizations.identifier(0),
                        name: organizations.text(1),
                        ordinal: organizations.integer(2)
                    )
                )
            }
            return chains
        }
    }

    /// Lines of a chain in their order, without newlines.
    ///
    /// - Parameters:
    ///   - chain: Whose.
    ///   - sequence: The place behind which to begin; 0 for all.
    ///   - count: How many at most. A call holds back the copying of the write-ahead log for as long as it takes.
    /// - Returns: As many as there are at this moment, up to `count`.
    /// - Throws: ``StoreError`` if they can't be read.
    package func lines(
        of chain: Chain,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [[UInt8]] {
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            try lines.bind(1, AuditChain.place(of: sequence, in: chain.ordinal))
            try lines.bind(2, AuditChain.places(of: chain.ordinal).upperBound)
            try lines.bind(3, Int64(count))
            defer { lines.reset() }
            var found: [[UInt8]] = []
            while try lines.step() { found.append(lines.bytes(0)) }
            return found
        }
    }
}
